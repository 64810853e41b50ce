package emulator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFaultRates(t *testing.T) {
	var rates []FaultRate
	for _, text := range []string{"throttle=20%", "unavailable=0.1@small"} {
		rate, err := ParseFaultRate(text)
		if err != nil {
			t.Fatal(err)
		}
		rates = append(rates, rate)
	}
	count := func(seed uint64, model string) ([]int, map[int]int) {
		s := newServer(t, Config{NoVerify: true, Seed: seed, Faults: rates})
		var order []int
		seen := map[int]int{}
		for range 1000 {
			status := call(t, s, model, "converse", ask("hi")).status
			order = append(order, status)
			seen[status]++
		}
		return order, seen
	}
	order, seen := count(1, micro)
	if seen[429] < 150 || seen[429] > 250 || seen[503] < 50 || seen[503] > 130 {
		t.Errorf("small model: %v, want about 200 and 80", seen)
	}
	if again, _ := count(1, micro); !cmp.Equal(order, again) {
		t.Error("the same seed gave another run")
	}
	if other, _ := count(2, micro); cmp.Equal(order, other) {
		t.Error("another seed gave the same run")
	}
	if _, seen := count(1, opus); seen[503] != 0 || seen[429] < 150 {
		t.Errorf("large model: %v, want no 503", seen)
	}
}

func TestBadFaultRates(t *testing.T) {
	for text, want := range map[string]string{
		"throttle":           `fault "throttle": want NAME=RATE, such as throttle=5%`,
		"throttle=often":     `fault "throttle=often": "often" is no rate; want one such as 5% or 0.05`,
		"throttle=120%":      "fault throttle: the rate 1.2 is not between 0 and 1",
		"throttle=NaN":       "fault throttle: the rate NaN is not between 0 and 1",
		"throttle=-1@small":  "fault throttle: the rate -1 is not between 0 and 1",
		"nosuch=5%":          `unknown fault "nosuch"; known are ` + strings.Join(FaultNames(), ", "),
		"throttle=5%@medium": `fault "throttle=5%@medium": "5%@medium" is no rate; want one such as 5% or 0.05`,
	} {
		if _, err := ParseFaultRate(text); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if _, err := New(Config{Faults: []FaultRate{{Name: "nosuch", Rate: .1}}}); err == nil {
		t.Error("New took an unknown fault")
	}
}

func TestMarkers(t *testing.T) {
	for text, want := range map[string]string{
		"a[[fault:throttle]]b":                     "ab throttle",
		"[[fault:slow]][[fault:bad_answer]]x":      "x slow,bad_answer",
		"[[fault:throttle":                         "[[fault:throttle ",
		"[[fault:throttle@small]] [[fault:refusal": " [[fault:refusal throttle",
		"none": "none ",
	} {
		clean, found, err := cutMarkers(text)
		var list faults
		for _, m := range found {
			list = append(list, m.fault)
		}
		if got := clean + " " + list.String(); got != want || err != nil {
			t.Errorf("cutMarkers(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestMarkersOfOtherTurns are of no effect: only the last user text counts, also behind a tool's result.
func TestMarkersOfOtherTurns(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	marked := `{"text":"hi [[fault:throttle]]"}`
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"earlier user": {turns(user(marked), assistant(`{"text":"b"}`), user(`{"text":"c"}`)), 200},
		"assistant":    {turns(user(`{"text":"a"}`), assistant(marked), user(`{"text":"c"}`)), 200},
		"system":       {with(`"system":[` + marked + `]`), 200},
		"tool result":  {withTools(user(marked), assistant(`{"toolUse":{"toolUseId":"t1","name":"weather","input":{}}}`), user(toolResult)), 429},
		"second block": {turns(user(`{"text":"a"},` + marked)), 429},
	} {
		if got := call(t, s, haiku, "converse", c.body); got.status != c.status {
			t.Errorf("%s: got %d, want %d", name, got.status, c.status)
		}
	}
}
