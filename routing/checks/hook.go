package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ockham/routing"
)

// Post sends a hook's question and returns what it answered. It must honour ctx and bound what it reads.
// This package knows no network.
type Post func(ctx context.Context, body []byte) ([]byte, error)

// hook asks a service of the operator's whether an answer is good.
type hook struct {
	name string
	post Post
}

// NewHook returns the Slow check that asks through post. A hook that does not answer, or not as
// HookReply says, has not judged.
func NewHook(name string, post Post) routing.Slow { return hook{name, post} }

func (h hook) Name() string { return h.name }

// HookQuestion is what a hook is sent, as JSON.
type HookQuestion struct {
	Request struct {
		ID       string            `json:"id"`
		Task     string            `json:"task_type,omitempty"`
		System   string            `json:"system,omitempty"`
		Messages []HookMessage     `json:"messages"`
		Metadata map[string]string `json:"metadata,omitempty"`
		Route    string            `json:"route,omitempty"`
		Tenant   string            `json:"tenant,omitempty"`
	} `json:"request"`
	Answer struct {
		Text       string         `json:"text"`
		ToolCalls  []HookToolCall `json:"tool_calls,omitempty"`
		StopReason string         `json:"stop_reason,omitempty"`
	} `json:"answer"`
}

// HookMessage is one message of the conversation.
type HookMessage struct {
	Role    string   `json:"role"`
	Text    string   `json:"text"`
	Sources []string `json:"sources,omitempty"`
}

// HookToolCall is a call that the answer makes.
type HookToolCall struct {
	Name string `json:"name"`
	Args string `json:"arguments"`
}

// HookReply is what a hook answers, as JSON: {"verdict": "accept"} or {"verdict": "reject", "detail": "..."}.
// The detail is for the operator; it must hold no text of the prompt.
type HookReply struct {
	Verdict string `json:"verdict"`
	Detail  string `json:"detail"`
}

func (h hook) Judge(ctx context.Context, p *routing.Prompt, a *routing.Answer) (routing.Verdict, []routing.Charge, error) {
	body, err := json.Marshal(questionFor(p, a))
	if err != nil {
		return routing.Verdict{}, nil, err
	}
	answer, err := bounded(ctx, func() ([]byte, error) { return h.post(ctx, body) })
	if err != nil {
		return routing.Verdict{}, nil, fmt.Errorf("hook %s: %w", h.name, err)
	}
	var reply HookReply
	if err := json.Unmarshal(answer, &reply); err != nil {
		return routing.Verdict{}, nil, fmt.Errorf("hook %s answered no JSON: %w", h.name, err)
	}
	switch reply.Verdict {
	case "accept":
		return routing.Verdict{Decision: routing.Accept}, nil, nil
	case "reject":
		detail := reply.Detail
		return routing.Rejected(routing.ReasonCustom, h.name+": "+detail[:min(len(detail), 200)]), nil, nil
	}
	return routing.Verdict{}, nil, fmt.Errorf("hook %s answered neither accept nor reject", h.name)
}

func questionFor(p *routing.Prompt, a *routing.Answer) HookQuestion {
	var q HookQuestion
	q.Request.ID, q.Request.Task, q.Request.System = p.ID, p.Task, p.System
	q.Request.Metadata, q.Request.Route, q.Request.Tenant = p.Metadata, p.Route, p.Tenant
	for _, t := range p.Turns {
		q.Request.Messages = append(q.Request.Messages, HookMessage{t.Role, t.Text, t.Sources})
	}
	q.Answer.Text, q.Answer.StopReason = a.Text, a.Stop
	for _, c := range a.Tools {
		q.Answer.ToolCalls = append(q.Answer.ToolCalls, HookToolCall{c.Name, c.Args})
	}
	return q
}

var errPanicked = errors.New("it panicked")

// bounded returns when ctx ends, also where do does not honour it, and survives its panic.
func bounded[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		r := result{err: errPanicked}
		defer func() {
			_ = recover() // r says that it panicked
			done <- r
		}()
		r.value, r.err = do()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
