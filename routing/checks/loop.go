package checks

import (
	"fmt"
	"unicode"

	"ockham/routing"
)

// loop finds an answer that ends by saying the same thing over and over.
type loop struct{}

const (
	loopWindow  = 6144 // bytes at the end that are searched: units up to a third of it are found
	loopStep    = 1024 // new bytes between two searches of a growing answer
	loopRepeats = 3
	loopBytes   = 120 // in all repeats, and for units without a letter
	dullBytes   = 600 // such as table rules and rows of zeros
)

func (loop) Name() string { return "loop" }

func (loop) Start(*routing.Prompt) routing.Look {
	seen := 0
	var border []int32
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done && len(a.Text) < seen+loopStep {
			return routing.Verdict{}
		}
		seen = len(a.Text)
		tail := a.Text[max(0, len(a.Text)-loopWindow):]
		if border == nil {
			border = make([]int32, 0, len(tail))
		}
		unit, times := period(tail, &border)
		if times == 0 {
			return routing.Verdict{}
		}
		return routing.Rejected(routing.ReasonLoop, fmt.Sprintf("repeats %d bytes %d times", unit, times))
	}
}

// period finds the shortest unit that the end of s repeats, and how often. It is the failure function of
// Knuth, Morris and Pratt on s read backwards: a beginning of n bytes with a border of b has a period of n-b.
func period(s string, scratch *[]int32) (unit, times int) {
	border := append((*scratch)[:0], 0)
	at := func(i int) byte { return s[len(s)-1-i] }
	for i := 1; i < len(s); i++ {
		b := border[i-1]
		for b > 0 && at(i) != at(int(b)) {
			b = border[b-1]
		}
		if at(i) == at(int(b)) {
			b++
		}
		border = append(border, b)
		if n, p := i+1, i+1-int(b); n >= loopBytes && n >= loopRepeats*p && (n >= dullBytes || lively(s[len(s)-p:])) {
			unit, times = p, n/p
		}
	}
	*scratch = border
	return unit, times
}

// lively tells whether a unit says something: tables, rules and rows of numbers repeat too.
func lively(unit string) bool {
	for _, r := range unit {
		if unicode.IsLetter(r) {
			return true
		}
	}
	return false
}
