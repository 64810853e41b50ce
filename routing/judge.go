package routing

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/singleflight"
)

// JudgeOptions bound strategy B. Zero values mean the defaults named in NewJudge.
type JudgeOptions struct {
	Model      *Model
	Timeout    time.Duration // 400 ms
	Cache      int           // opinions remembered: 10,000
	Failures   int           // in a row, before it is left alone: 5
	Rest       time.Duration // for so long: 30 s
	Concurrent int           // questions asked at once: 64
	Count      func(event string)
}

// Judge asks a cheap model whether a cheap model will do (strategy B). It remembers opinions by a keyed
// hash of what was asked, so that it holds no prompts, and asks one question once at a time. All it
// keeps is bounded, and losing it costs money, never an answer.
type Judge struct {
	asker   Asker
	options JudgeOptions
	key     [32]byte
	cache   *lru.Cache[[sha256.Size]byte, Opinion]
	breaker *gobreaker.CircuitBreaker[asked]
	flight  singleflight.Group
	slots   chan struct{}
}

// Opinion is a judge's answer.
type Opinion uint8

const (
	NoOpinion   Opinion = iota
	SmallWillDo         // it said 1
	LargeNeeded         // it said 2
)

// Failures to get an opinion; each is an event that is counted, and the fallback pipe is taken.
var (
	errJudgeRambled = errors.New("its answer was neither 1 nor 2")
	errJudgeTimeout = errors.New("it did not answer in time")
	errJudgeFailed  = errors.New("it could not be asked")
	errJudgeBusy    = errors.New("too many questions at once")
	errJudgeResting = errors.New("it failed too often and is left alone for a while")
)

type asked struct {
	opinion Opinion
	charge  Charge
}

// NewJudge returns a judge that asks through a.
func NewJudge(a Asker, o JudgeOptions) (*Judge, error) {
	o.Timeout = orDefault(o.Timeout, 400*time.Millisecond)
	o.Cache = orDefault(o.Cache, 10_000)
	o.Failures = orDefault(o.Failures, 5)
	o.Rest = orDefault(o.Rest, 30*time.Second)
	o.Concurrent = orDefault(o.Concurrent, 64)
	if o.Count == nil {
		o.Count = func(string) {}
	}
	j := &Judge{asker: a, options: o, slots: make(chan struct{}, o.Concurrent)}
	if _, err := rand.Read(j.key[:]); err != nil {
		return nil, fmt.Errorf("judge's cache key: %w", err)
	}
	cache, err := lru.New[[sha256.Size]byte, Opinion](o.Cache)
	if err != nil {
		return nil, fmt.Errorf("judge's cache: %w", err)
	}
	j.cache = cache
	j.breaker = gobreaker.NewCircuitBreaker[asked](gobreaker.Settings{
		Name:        "judge",
		Timeout:     o.Rest,
		ReadyToTrip: func(c gobreaker.Counts) bool { return int(c.ConsecutiveFailures) >= o.Failures },
		// Only what the judge itself is to blame for: a text that makes it ramble must not silence it for others.
		IsExcluded: func(err error) bool { return errors.Is(err, errJudgeBusy) || errors.Is(err, errJudgeRambled) },
	})
	return j, nil
}

func orDefault[T int | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Model is the model that is asked.
func (j *Judge) Model() *Model { return j.options.Model }

// Remembered returns the opinion on q if it was asked before; it never asks.
func (j *Judge) Remembered(q *matter) (Opinion, bool) {
	return j.cache.Get(j.hash(q))
}

// Ask returns the opinion on q, and what asking cost: nothing when it was remembered or somebody else
// asked the same at the same time. An error means there is none; the caller falls back.
func (j *Judge) Ask(ctx context.Context, q *matter) (Opinion, *Charge, error) {
	key := j.hash(q)
	if o, ok := j.cache.Get(key); ok {
		j.options.Count(EventJudgeCached)
		return o, nil, nil
	}
	mine := false
	done := j.flight.DoChan(string(key[:]), func() (any, error) {
		mine = true
		return j.guarded(context.WithoutCancel(ctx), q, key)
	})
	select {
	case <-ctx.Done():
		return NoOpinion, nil, errJudgeTimeout
	case r := <-done:
		a, _ := r.Val.(asked)
		if mine && a.charge.Model != "" {
			return a.opinion, &a.charge, r.Err
		}
		return a.opinion, nil, r.Err
	}
}

// guarded asks behind the breaker and a limit on questions at once.
func (j *Judge) guarded(ctx context.Context, q *matter, key [sha256.Size]byte) (asked, error) {
	var got asked
	_, err := j.breaker.Execute(func() (asked, error) {
		select {
		case j.slots <- struct{}{}:
			defer func() { <-j.slots }()
		default:
			return got, errJudgeBusy
		}
		var err error
		got, err = j.question(ctx, q, key)
		return got, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		err = errJudgeResting
	}
	if err == nil {
		j.cache.Add(key, got.opinion)
	}
	return got, err
}

// question is one call of the judge's model. What it cost is known even where its answer is useless.
func (j *Judge) question(ctx context.Context, q *matter, key [sha256.Size]byte) (a asked, err error) {
	ctx, cancel := context.WithTimeout(ctx, j.options.Timeout)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = errJudgeFailed
		}
	}()
	ask := q.question(j.mark(key))
	start := time.Now()
	reply, err := j.ask(ctx, ask)
	took := time.Since(start)
	switch {
	case ctx.Err() != nil:
		// Bedrock bills what it has read, whether or not we waited for the answer.
		a.charge = j.charge(Tokens{In: Estimate(ask.System) + Estimate(ask.User)}, took)
		return a, errJudgeTimeout
	case err != nil:
		return a, errJudgeFailed
	}
	a.charge = j.charge(reply.Tokens, took)
	switch strings.TrimSpace(reply.Text) {
	case "1":
		a.opinion = SmallWillDo
	case "2":
		a.opinion = LargeNeeded
	default:
		return a, errJudgeRambled
	}
	return a, nil
}

// ask returns at the deadline even when the asker does not honour it.
func (j *Judge) ask(ctx context.Context, q Question) (Reply, error) {
	type result struct {
		reply Reply
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- result{err: errJudgeFailed}
			}
		}()
		reply, err := j.asker.Ask(ctx, j.options.Model, q)
		done <- result{reply, err}
	}()
	select {
	case r := <-done:
		return r.reply, r.err
	case <-ctx.Done():
		return Reply{}, ctx.Err()
	}
}

func (j *Judge) charge(t Tokens, took time.Duration) Charge {
	m := j.options.Model
	return Charge{What: "judge", Model: m.Name, Tokens: t, CostUSD: m.Price.Cost(t), Took: took}
}

// Cost is what asking about q is expected to cost, in US dollars.
func (j *Judge) Cost(q *matter) float64 {
	ask := q.question(strings.Repeat("0", 16))
	return j.options.Model.Price.Cost(Tokens{In: Estimate(ask.System) + Estimate(ask.User), Out: 2})
}

// hash names a question without holding it. It is keyed, so that nobody can test the cache for a text, and
// each tenant has opinions of its own: else a quick answer would tell one what another has asked.
func (j *Judge) hash(q *matter) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, j.key[:])
	for _, part := range []string{q.tenant, q.facts, q.text} {
		var size [8]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	h.Sum(sum[:0])
	return sum
}

// mark is what fences the text in: nobody who writes the text can know it.
func (j *Judge) mark(key [sha256.Size]byte) string {
	h := hmac.New(sha256.New, j.key[:])
	h.Write([]byte("fence"))
	h.Write(key[:])
	return hex.EncodeToString(h.Sum(nil)[:8])
}
