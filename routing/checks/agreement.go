package checks

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"ockham/routing"
)

// agreement asks the model that answered a second time and compares: a model that does not know rarely
// guesses the same twice. It is for short or structured answers to a single question.
type agreement struct {
	asker routing.Asker
	model *routing.Model
}

// Bounds on the answers that are compared.
const (
	agreementText = 300  // characters of a plain answer
	agreementJSON = 4000 // of a structured one
)

// NewAgreement returns the Slow check that asks m, the first model of a pipe, again through a.
func NewAgreement(a routing.Asker, m *routing.Model) (routing.Slow, error) {
	if m == nil {
		return nil, errors.New("agreement: no model to ask")
	}
	return agreement{a, m}, nil
}

func (agreement) Name() string { return "agreement" }

func (g agreement) Judge(ctx context.Context, p *routing.Prompt, a *routing.Answer) (routing.Verdict, []routing.Charge, error) {
	if !g.applies(p, a) {
		return routing.Verdict{Decision: routing.Accept}, nil, nil
	}
	text := p.Turns[0].Text
	for _, s := range p.Turns[0].Sources {
		text += "\n\n" + s
	}
	q := routing.Question{System: p.System, User: text, MaxTokens: max(2*routing.Estimate(a.Text), 200), Format: p.Format, Schema: p.Schema}
	reply, err := bounded(ctx, func() (routing.Reply, error) { return g.asker.Ask(ctx, g.model, q) })
	tokens := reply.Tokens
	if tokens == (routing.Tokens{}) {
		tokens.In = routing.Estimate(q.System) + routing.Estimate(q.User)
	}
	charges := []routing.Charge{{What: "agreement", Model: g.model.Name, Tokens: tokens, CostUSD: g.model.Price.Cost(tokens)}}
	switch {
	case err != nil:
		return routing.Verdict{}, charges, err
	case !agree(a.Text, reply.Text):
		return routing.Rejected(routing.ReasonDisagreement, "asked again, the model answers otherwise"), charges, nil
	}
	return routing.Verdict{Decision: routing.Accept}, charges, nil
}

// applies tells whether the answer is one that can be had and compared again.
func (g agreement) applies(p *routing.Prompt, a *routing.Answer) bool {
	limit := agreementText
	if p.Format != routing.FormatText {
		limit = agreementJSON
	}
	return a.Next != nil && len(p.Turns) == 1 && len(p.Tools) == 0 && len(a.Tools) == 0 && p.MediaTokens == 0 &&
		(a.Model == "" || a.Model == g.model.Name) && a.Text != "" && len(a.Text) <= limit
}

// agree compares two answers: JSON by its values, text by its numbers and most of its words.
func agree(a, b string) bool {
	x, y := mend(a), mend(b)
	var u, v any
	if x.wrong == "" && y.wrong == "" && json.Unmarshal([]byte(x.text), &u) == nil && json.Unmarshal([]byte(y.text), &v) == nil {
		return sameValues(u, v)
	}
	return reflect.DeepEqual(numbersIn(a), numbersIn(b)) && commonWords(a, b) >= 0.4
}

// longString is prose inside of JSON, such as a reasoning: it is never the same twice.
const longString = 80

func sameValues(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		other, ok := b.(map[string]any)
		for k, v := range a {
			ok = ok && sameValues(v, other[k])
		}
		return ok && len(a) == len(other)
	case []any:
		other, ok := b.([]any)
		ok = ok && len(a) == len(other)
		for i := range a {
			ok = ok && sameValues(a[i], other[i])
		}
		return ok
	case string:
		other, ok := b.(string)
		return ok && (len(a) > longString && len(other) > longString || plainWords(a) == plainWords(other))
	}
	return a == b
}

// commonWords is the share of words that two texts have in common (Jaccard).
func commonWords(a, b string) float64 {
	first := map[string]bool{}
	for _, w := range strings.Fields(plainWords(a)) {
		first[w] = true
	}
	common, all := 0, len(first)
	seen := map[string]bool{}
	for _, w := range strings.Fields(plainWords(b)) {
		switch {
		case seen[w]:
		case first[w]:
			common++
		default:
			all++
		}
		seen[w] = true
	}
	if all == 0 {
		return 1
	}
	return float64(common) / float64(all)
}
