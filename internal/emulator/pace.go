package emulator

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Pace says when tokens come.
type Pace struct {
	// Speed scales the catalogue's own latencies: 1 is each model's pace, 10 ten times as fast, 0 does not wait.
	Speed float64
	// FirstToken and Token replace the catalogue's time to the first token and between tokens, for every model, whatever
	// the speed.
	FirstToken time.Duration
	Token      time.Duration
	// Models replaces them for single models, by catalogue id.
	Models map[string]ModelPace
}

// ModelPace is one model's time to the first token and between tokens.
type ModelPace struct {
	FirstToken time.Duration
	Token      time.Duration
}

// Times of the faults that have a time of their own.
const (
	slowFirst  = 200 * time.Millisecond
	slowToken  = 100 * time.Millisecond
	slowTokens = 10
	judgeDelay = time.Second
)

func (p Pace) of(q *question) ModelPace {
	if q.faults.has(faultSlow) {
		return ModelPace{slowFirst, slowToken}
	}
	if q.faults.has(faultJudgeSlow) {
		return ModelPace{FirstToken: judgeDelay}
	}
	if own, found := p.Models[q.model().ID]; found {
		return own
	}
	return p.common(q.model().pace)
}

func (p Pace) common(own pace) ModelPace {
	var m ModelPace
	if p.Speed > 0 {
		m.FirstToken = time.Duration(float64(own.first) / p.Speed)
		m.Token = time.Duration(float64(own.token) / p.Speed)
	}
	if p.FirstToken > 0 {
		m.FirstToken = p.FirstToken
	}
	if p.Token > 0 {
		m.Token = p.Token
	}
	return m
}

// whole is how long an answer of so many tokens takes.
func (m ModelPace) whole(tokens int) time.Duration {
	return m.FirstToken + time.Duration(max(0, tokens-1))*m.Token
}

// wait sleeps unless the client leaves first, which it reports.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ParsePace reads PATTERN=FIRST,GAP: the pace of the models whose ids the pattern matches.
func ParsePace(text string) (pattern string, own ModelPace, err error) {
	pattern, times, found := strings.Cut(text, "=")
	first, gap, more := strings.Cut(times, ",")
	if !found || !more {
		return "", own, fmt.Errorf("pace %q: want PATTERN=FIRST,GAP, such as *haiku*=200ms,5ms", text)
	}
	if own.FirstToken, err = time.ParseDuration(first); err == nil {
		own.Token, err = time.ParseDuration(gap)
	}
	if err != nil || own.FirstToken < 0 || own.Token < 0 {
		return "", own, fmt.Errorf("pace %q: %q and %q are not two durations", text, first, gap)
	}
	return pattern, own, nil
}
