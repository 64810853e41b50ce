package eval

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ockham/internal/telemetry"
	"ockham/routing"
)

// CountRates counts in a ledger how the models of each pipe fare: how often the answers of each are rejected,
// by reason, and how often a repair or the next model then gave a good one. Requests whose model the client
// picked are left out, and so are calls that gave no answer: what a throttled region does tells nothing.
func CountRates(ledgers ...io.Reader) ([]routing.Rate, error) {
	c := counts{rates: map[routing.Rate]*tally{}, judged: map[[2]string]int{}}
	for _, from := range ledgers {
		for r, err := range telemetry.ReadLedger(from) {
			var line *telemetry.BadLine
			switch {
			case errors.As(err, &line): // half a line, or one from a full disk
			case err != nil:
				return nil, fmt.Errorf("ledger: %w", err)
			case r.Plan != nil && !r.Plan.Pinned:
				c.add(r)
			}
		}
	}
	return c.list(), nil
}

// counts are by pipe, model, reason and next: the fields of a Rate that are no numbers.
type counts struct {
	rates  map[routing.Rate]*tally
	judged map[[2]string]int // answers by pipe and model
}

type tally struct {
	tried, good int
	seconds     float64
}

func (c *counts) add(r *telemetry.Record) {
	for i := range r.Attempts {
		a := &r.Attempts[i]
		if !answered(a) {
			continue
		}
		c.judged[[2]string{r.Plan.Pipe, a.Model}]++
		if a.Verdict != "reject" {
			continue
		}
		key := routing.Rate{Pipe: r.Plan.Pipe, Model: a.Model, Reason: routing.Reason(a.Reason)}
		c.at(key).tried++
		if then, _, _ := strings.Cut(a.Then, ":"); then != routing.DoRepair && then != routing.DoEscalate || i+1 == len(r.Attempts) {
			continue
		}
		if b := &r.Attempts[i+1]; answered(b) {
			key.Next = b.Model
			t := c.at(key)
			t.tried, t.seconds = t.tried+1, t.seconds+b.Millis/1000
			if b.Verdict == "accept" {
				t.good++
			}
		}
	}
}

func (c *counts) at(key routing.Rate) *tally {
	if c.rates[key] == nil {
		c.rates[key] = &tally{}
	}
	return c.rates[key]
}

// answered tells whether there was an answer to judge.
func answered(a *telemetry.AttemptRecord) bool {
	return a.Verdict != "" && !routing.Reason(a.Reason).NoAnswer()
}

// list puts the counts into the form in which a policy reads them, in order.
func (c *counts) list() []routing.Rate {
	var rates []routing.Rate
	for rate, t := range c.rates {
		if rate.Next == "" { // of all answers, those that were not rejected for this
			rate.Tried = c.judged[[2]string{rate.Pipe, rate.Model}]
			rate.Good = rate.Tried - t.tried
		} else {
			rate.Tried, rate.Good, rate.Seconds = t.tried, t.good, t.seconds/float64(t.tried)
		}
		rates = append(rates, rate)
	}
	slices.SortFunc(rates, func(a, b routing.Rate) int {
		return cmp.Or(cmp.Compare(a.Pipe, b.Pipe), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Next, b.Next))
	})
	return rates
}
