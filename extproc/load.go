package extproc

import (
	"context"
	"math"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// Load is what the service has taken on, and how much it may: requests, by a limit that follows how long
// work waits for a processor, and bytes, of prompts and held answers. What is beyond is refused at its
// headers, before it costs anything. nil bounds nothing.
//
// Limiters of libraries go by how long calls take. Here that is the models' time, and says nothing of ours.
type Load struct {
	maxRequests, maxBytes int64

	requests, limit    atomic.Int64
	bytes, uploads     atomic.Int64 // uploads: of bytes, those of large bodies that have not come yet
	shedBusy, shedFull atomic.Int64
}

// LoadState is a Load at one moment.
type LoadState struct {
	Requests, Limit, Bytes int64
	Busy, Full             int64 // refused since the start: by the limit of requests, by that of bytes
}

// NewLoad bounds requests at once and bytes in hand.
func NewLoad(requests int, bytes int64) *Load {
	l := &Load{maxRequests: int64(requests), maxBytes: bytes}
	l.limit.Store(l.maxRequests)
	return l
}

// State is l now.
func (l *Load) State() LoadState {
	return LoadState{
		Requests: l.requests.Load(), Limit: l.limit.Load(), Bytes: l.bytes.Load(),
		Busy: l.shedBusy.Load(), Full: l.shedFull.Load(),
	}
}

const (
	// What a byte takes in memory: a prompt is received, parsed and written anew; an answer is kept, put
	// together and written.
	promptCost, answerCost = 4, 3
	// largeBody is from where on bodies may only take up half of all room while they are uploaded, so that
	// a few slow uploads never keep ordinary prompts out. It also stands for a body whose length is not told,
	// until it has come.
	largeBody = 64 << 10
	// roomStep is how much room an answer takes up at once.
	roomStep = 64 << 10
)

// admit takes a request whose body has length bytes on; -1 where that is not known.
func (l *Load) admit(length int64) (share, bool) {
	if l == nil {
		return share{}, true
	}
	if l.requests.Add(1) > l.limit.Load() {
		l.requests.Add(-1)
		l.shedBusy.Add(1)
		return share{}, false
	}
	if length < 0 {
		length = largeBody
	}
	s := share{load: l, requests: 1}
	if !s.uploading(length) || !s.use(length*promptCost) {
		s.leave()
		l.shedFull.Add(1)
		return share{}, false
	}
	return s, true
}

const (
	adaptEvery = 100 * time.Millisecond
	// longWait: when half of all that could run has waited so long for a processor, there is too much of it.
	// Envoy gives up on a request after a hundred times that.
	longWait = 100 * time.Millisecond
	// leastPerCPU requests are always taken on.
	leastPerCPU = 32
)

// Adapt moves the limit of requests until ctx ends: down by a tenth as long as work waits, up by a
// twentieth as long as it does not.
func (l *Load) Adapt(ctx context.Context) {
	var w waits
	tick := time.NewTicker(adaptEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.adjust(w.median())
		}
	}
}

func (l *Load) adjust(wait time.Duration) {
	limit := l.limit.Load()
	if wait < longWait {
		l.limit.Store(min(limit+limit/20+1, l.maxRequests))
		return
	}
	least := min(int64(leastPerCPU*runtime.GOMAXPROCS(0)), l.maxRequests)
	l.limit.Store(max(min(limit, l.requests.Load())*9/10, least))
}

// waits reads how long goroutines wait until they run.
type waits struct {
	sample [1]metrics.Sample
	before []uint64
}

// fewWaits say nothing.
const fewWaits = 200

// median is that of all waits since the last call.
func (w *waits) median() time.Duration {
	w.sample[0].Name = "/sched/latencies:seconds"
	metrics.Read(w.sample[:])
	h := w.sample[0].Value.Float64Histogram()
	if w.before == nil {
		w.before = make([]uint64, len(h.Counts))
	}
	var total, below uint64
	for i, n := range h.Counts {
		total += n - w.before[i]
	}
	median := time.Duration(0)
	for i, n := range h.Counts {
		if below += n - w.before[i]; total >= fewWaits && below > total/2 {
			median = seconds(h.Buckets[i])
			break
		}
	}
	copy(w.before, h.Counts)
	return median
}

func seconds(s float64) time.Duration {
	if math.IsInf(s, 0) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
