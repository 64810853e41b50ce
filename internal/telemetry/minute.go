package telemetry

import "time"

// minute holds the sums of one minute; they add up to hours and days.
type minute struct {
	number int64 // minutes of the epoch; tells a slot's age in the ring

	requests, failed, escalated, left int
	costUSD, largestUSD               float64
	evidence                          Evidence
	took, first, decided, held        Spread
}

func (m *minute) add(r *Record) {
	m.requests++
	m.costUSD += r.CostUSD
	m.largestUSD += r.LargestCostUSD
	m.failed += one(r.Failed())
	m.escalated += one(r.Escalated)
	m.left += one(r.Left)
	m.evidence.Add(r)
	m.took.Add(r.Millis)
	m.decided.Add(r.DecidedMillis)
	if r.HeldMillis > 0 {
		m.held.Add(r.HeldMillis)
	}
	if first := r.FirstMillis(); first > 0 {
		m.first.Add(first)
	}
}

func (m *minute) merge(o *minute) {
	m.requests += o.requests
	m.failed += o.failed
	m.escalated += o.escalated
	m.left += o.left
	m.costUSD += o.costUSD
	m.largestUSD += o.largestUSD
	m.evidence = m.evidence.Plus(o.evidence)
	m.took.Merge(&o.took)
	m.first.Merge(&o.first)
	m.decided.Merge(&o.decided)
	m.held.Merge(&o.held)
}

// FirstMillis is how long the client waited for the first token of the answer it got, the release
// held back not counted; 0 where the answer was plain.
func (r *Record) FirstMillis() float64 {
	if !r.Stream || r.Served < 0 || r.Served >= len(r.Attempts) || r.Attempts[r.Served].FirstMillis == 0 {
		return 0
	}
	return r.Attempts[r.Served].StartMillis + r.Attempts[r.Served].FirstMillis
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// minuteOf returns the slot of the minute in which r ended, cleared if it held an older one. What
// ended more than a day before the newest is counted in whatever stands in its slot.
func (s *Sums) minuteOf(r *Record) *minute {
	number := r.end().Unix() / 60
	slot := &s.minutes[((number%dayMinutes)+dayMinutes)%dayMinutes]
	if number > slot.number {
		*slot = minute{number: number}
	}
	return slot
}

func (r *Record) end() time.Time {
	return r.Time.Add(time.Duration(r.Millis * float64(time.Millisecond)))
}
