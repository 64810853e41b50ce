package checks

import (
	"fmt"
	"strings"
	"unicode"

	"ockham/routing"
)

// loop finds an answer that ends by saying the same thing over and over.
type loop struct{}

const (
	loopWindow  = 6144 // bytes at the end that are searched: units up to a third of it are found
	loopStep    = 1024 // bytes between two searches of an answer that goes on, and what must repeat there
	loopEnd     = 24   // bytes of which each loop has another copy
	loopRepeats = 3
	loopBytes   = 120 // in all repeats, and for units without a letter
	dullBytes   = 600 // such as table rules and rows of zeros
)

func (loop) Name() string { return "loop" }

func (loop) Start(*routing.Prompt) routing.Look {
	next := loopStep
	var border []int32
	return func(a *routing.Answer) routing.Verdict {
		for ; next <= len(a.Text); next += loopStep { // at the same places however the answer comes
			if v := judgeLoop(a.Text[:next], loopStep, &border); v.Decision == routing.Reject {
				return v
			}
		}
		if !a.Done {
			return routing.Verdict{}
		}
		return judgeLoop(a.Text, loopBytes, &border)
	}
}

// judgeLoop rejects a text whose end repeats itself for least bytes.
func judgeLoop(text string, least int, border *[]int32) routing.Verdict {
	tail := text[max(0, len(text)-loopWindow):]
	last := tail[max(0, len(tail)-loopEnd):]
	if strings.Index(tail, last) == len(tail)-len(last) {
		return routing.Verdict{} // what stands at the end stands nowhere before, as in most answers
	}
	unit, times := period(tail, least, border)
	if times == 0 {
		return routing.Verdict{}
	}
	return routing.Rejected(routing.ReasonLoop, fmt.Sprintf("repeats %d bytes %d times", unit, times))
}

// period finds the shortest unit that the end of s repeats, and how often. It is the failure function of
// Knuth, Morris and Pratt on s read backwards: a beginning of n bytes with a border of b has a period of n-b.
func period(s string, least int, scratch *[]int32) (unit, times int) {
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
		if n, p := i+1, i+1-int(b); n >= least && n >= loopRepeats*p && (n >= dullBytes || lively(s[len(s)-p:])) {
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
