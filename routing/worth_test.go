package routing

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestChoose(t *testing.T) {
	small, large := &Model{Name: "small", Price: Price{In: 1, Out: 5}}, &Model{Name: "large", Price: Price{In: 20, Out: 100}}
	dear := &Model{Name: "dear", Price: Price{In: 30, Out: 150}}
	used := Tokens{In: 1000, Out: 400}
	after := func(reason Reason, next string, tried, good int, seconds float64) Rate {
		return Rate{Pipe: "green", Model: "small", Reason: reason, Next: next, Tried: tried, Good: good, Seconds: seconds}
	}
	tests := []struct {
		name  string
		aim   float64
		rates []Rate
		r     Rejection
		want  string
	}{
		{"repair first, at a fraction of the price", .98, nil, Rejection{Reason: ReasonSchema, Repair: true, Next: large}, DoRepair},
		{"a model that never puts it right when told", .98, []Rate{after(ReasonSchema, "small", 200, 0, 0)}, Rejection{Reason: ReasonSchema, Repair: true, Next: large}, DoEscalate},
		{"the larger one fails alike", .98, []Rate{after(ReasonSchema, "large", 200, 0, 0)}, Rejection{Reason: ReasonSchema, Next: large}, DoServe},
		{"it fails alike, but a repair helps", .98, []Rate{after(ReasonSchema, "large", 200, 0, 0)}, Rejection{Reason: ReasonSchema, Repair: true, Next: large}, DoRepair},
		{"unknown, so published", .98, nil, Rejection{Reason: ReasonRefusal, Next: large}, DoEscalate},
		{"broken for certain, whatever it costs", 0, []Rate{after(ReasonEmpty, "large", 200, 0, 0)}, Rejection{Reason: ReasonEmpty, Next: large}, DoEscalate},
		{"cheapest", 0, nil, Rejection{Reason: ReasonFormat, Next: large, Repair: true}, DoServe},
		{"half way: a repair is worth it", .5, nil, Rejection{Reason: ReasonFormat, Next: large, Repair: true}, DoRepair},
		{"half way: the largest is not", .5, nil, Rejection{Reason: ReasonFormat, Next: dear}, DoServe},
		{"best, though it never helped", 1, []Rate{after(ReasonLoop, "large", 200, 0, 0)}, Rejection{Reason: ReasonLoop, Next: large}, DoEscalate},
		{"no time for it", .98, []Rate{after(ReasonLoop, "large", 9, 9, 30)}, Rejection{Reason: ReasonLoop, Next: large, Left: 10 * time.Second}, DoServe},
		{"mostly false alarms", .6, []Rate{{Pipe: "green", Model: "small", Reason: ReasonUngrounded, Tried: 10_000, Good: 9_640}}, Rejection{Reason: ReasonUngrounded, Next: large}, DoServe},
		{"true alarms", .6, []Rate{{Pipe: "green", Model: "small", Reason: ReasonUngrounded, Tried: 10_000, Good: 5_000}}, Rejection{Reason: ReasonUngrounded, Next: large}, DoEscalate},
		{"rates of another pipe", .98, []Rate{{Pipe: "purple", Model: "small", Reason: ReasonLoop, Next: "large", Tried: 200}}, Rejection{Reason: ReasonLoop, Next: large}, DoEscalate},
		{"nothing to try", 1, nil, Rejection{Reason: ReasonLoop}, DoServe},
	}
	for _, tt := range tests {
		tt.r.Model, tt.r.Tokens = small, used
		p := &Plan{Pipe: "green", Weighs: true, Aim: tt.aim, Largest: dear, Rates: NewRates(tt.rates)}
		if got := p.Choose(tt.r); got.Do != tt.want || got.Why == "" {
			t.Errorf("%s: got %+v, want %s", tt.name, got, tt.want)
		}
	}
	p := &Plan{} // a plan that weighs nothing
	if got := p.Choose(Rejection{Reason: ReasonCustom, Model: small, Next: large, Tokens: used}); got.Do != DoEscalate {
		t.Errorf("not weighed: got %+v, want %s", got, DoEscalate)
	}
}

// The dial is in calls of the largest model.
func TestBadAnswerUSD(t *testing.T) {
	for aim, want := range map[float64]float64{0: 0, .5: 2, .75: 6, 1: math.Inf(1)} {
		if got := badAnswerUSD(aim, 2); math.Abs(got-want) > 1e-9 {
			t.Errorf("aim %g: got %g, want %g", aim, got, want)
		}
	}
}

func TestReadRates(t *testing.T) {
	r, err := ReadRates(strings.NewReader(`{"rates":[{"pipe":"green","model":"small","reason":"loop","next":"large","tried":8,"good":2,"seconds":1.5}]}`))
	if err != nil {
		t.Fatal(err)
	}
	small, large := &Model{Name: "small"}, &Model{Name: "large"}
	if chance, took := r.after("green", Rejection{Reason: ReasonLoop, Model: small}, large); chance != .3 || took != 1500*time.Millisecond {
		t.Errorf("got a chance of %g in %s, want 0.3 in 1.5s", chance, took)
	}
	for _, text := range []string{``, `[]`, `{"rates":[{"tried":1,"good":2}]}`, `{"rate":[]}`} {
		if _, err := ReadRates(strings.NewReader(text)); err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
}
