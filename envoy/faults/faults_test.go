package faults

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"ockham/internal/emulator"
)

// fault is one thing that goes wrong while requests are under way.
type fault struct {
	name  string
	setup setup
	// happen brings the fault about, lets it last, and puts an end to it.
	happen func(r *rig)
	// unseen: no client may notice anything.
	unseen bool
	// trace is a metric of the service that shows that it really happened.
	trace string
}

// rates is an emulator that has these faults from now on.
func rates(list ...string) func(*rig) {
	return func(r *rig) {
		var c emulator.Config
		for _, text := range list {
			rate, err := emulator.ParseFaultRate(text)
			if err != nil {
				r.t.Fatal(err)
			}
			c.Faults = append(c.Faults, rate)
		}
		r.become(c)
	}
}

// become has Bedrock answer like this for a while.
func (r *rig) become(c emulator.Config) {
	c.Regions = regionNames
	r.bedrocks[0].become(c)
	r.last()
	r.bedrocks[0].become(emulator.Config{Regions: regionNames})
}

// asked has the judge asked about every request.
const asked = "rules: []\notherwise: {ask: [judge]}\njudge: {timeout: 200ms}\n"

var faults = []fault{
	{name: "nothing, for comparison", happen: (*rig).last, unseen: true},
	{name: "service killed (kill -9) and started again", happen: func(r *rig) {
		for range 3 {
			r.services[0].kill()
			r.last()
			r.services[0].start()
			r.last()
		}
	}},
	{name: "one of two replicas killed", setup: setup{services: 2}, happen: func(r *rig) {
		r.services[1].kill()
		r.last()
		r.settle("with one replica left")
	}},
	{name: "service frozen (SIGSTOP) and woken", happen: func(r *rig) {
		r.services[0].signal(syscall.SIGSTOP)
		r.last()
		time.Sleep(3 * time.Second) // until Envoy's pings have noticed
		r.services[0].signal(syscall.SIGCONT)
	}},
	{name: "one of two replicas frozen", setup: setup{services: 2}, happen: func(r *rig) {
		r.services[1].signal(syscall.SIGSTOP)
		r.last()
		r.settle("with one replica awake")
		r.services[1].signal(syscall.SIGCONT)
	}},
	{name: "one of two replicas told to end (SIGTERM)", setup: setup{services: 2}, unseen: true, happen: func(r *rig) {
		r.services[1].signal(syscall.SIGTERM)
		r.services[1].await("/readyz", func(status int) bool { return status == http.StatusServiceUnavailable })
		r.services[1].awaitEnd()
		r.last()
	}},
	{name: "configuration changed every 100 ms", unseen: true, happen: reload},
	{name: "Envoy drained, another one takes over", unseen: true, happen: func(r *rig) {
		old := *r
		r.startEnvoy()
		url := r.url()
		r.clients.url.Store(&url)
		old.admin("/healthcheck/fail")
		old.admin("/drain_listeners?graceful")
		r.last()
	}},
	{name: "credentials that run out and are renewed", setup: rotating.setup(), happen: (*rig).last, unseen: true},
	{name: "credentials refused before their time", setup: revoked.setup(), unseen: true, happen: func(r *rig) {
		r.bedrocks[0].become(revoked.since(time.Now()))
		r.last()
	}},
	{name: "source of credentials (IMDS, STS) fails", setup: failing.setup(), happen: func(r *rig) {
		failing.mode.Store(fails)
		r.last()
		failing.mode.Store(works)
	}},
	{name: "source of credentials hangs", setup: hanging.setup(), happen: func(r *rig) {
		hanging.mode.Store(hangs)
		r.last()
		hanging.mode.Store(works)
	}},
	{name: "Bedrock at 30 % throttling", happen: rates("throttle=30%")},
	{name: "Bedrock resets 10 % of connections", happen: rates("stream_reset=10%")},
	{name: "Bedrock cuts 20 % of streams", happen: rates("stream_truncate=20%")},
	{name: "Bedrock is slow", happen: rates("slow=50%"), unseen: true},
	{name: "Bedrock sends garbage", happen: func(r *rig) {
		r.bedrocks[0].use(garbage())
		r.last()
		r.bedrocks[0].become(emulator.Config{})
	}},
	{name: "one of two regions gone", setup: setup{regions: 2}, happen: func(r *rig) {
		r.bedrocks[0].close()
		r.last()
		r.settle("with one region left")
		r.bedrocks[0].open()
	}},
	{name: "judge hangs", setup: setup{config: asked}, happen: rates("judge_slow=100%"), unseen: true, trace: `ockham_routing_events_total{event="judge_timeout"}`},
	{name: "judge fails", setup: setup{config: asked}, happen: rates("judge_error=100%"), unseen: true, trace: `ockham_routing_events_total{event="judge_failed"}`},
	{name: "hook hangs", setup: setup{config: "checks: [json, {hook: {url: \"http://" + silent() + "\"}}]\ndeadlines: {checks: 300ms}\n"}, happen: (*rig).last, unseen: true},
	{name: "disk of the ledger full", setup: setup{config: "telemetry: {ledger: /dev/full}\n"}, happen: (*rig).last, unseen: true, trace: `ockham_ledger_lines_total{result="failed"}`},
	{name: "collector gone", setup: setup{config: "telemetry: {otlp: \"http://127.0.0.1:9\"}\n"}, happen: (*rig).last, unseen: true},
	{name: "collector hangs", setup: setup{config: "telemetry: {otlp: \"http://" + silent() + "\"}\n"}, happen: (*rig).last, unseen: true},
	{name: "clock an hour late, then an hour early", unseen: true, happen: func(r *rig) {
		for _, wrong := range []time.Duration{time.Hour, -time.Hour} {
			r.become(emulator.Config{Now: func() time.Time { return time.Now().Add(wrong) }})
		}
	}},
}

// reload changes the configuration all the time, to a policy that routes otherwise, and to one that is
// refused.
func reload(r *rig) {
	s := r.services[0]
	base := s.text
	for i, end := 0, time.Now().Add(*lasting); time.Now().Before(end); i++ {
		s.write(base + []string{"aim: 0.9\n", "aim: nonsense\n", "rules: []\n"}[i%3])
		time.Sleep(100 * time.Millisecond)
	}
	s.write(base)
}

// silent takes connections and says nothing.
func silent() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return l.Addr().String() // nobody accepts: the kernel does
}

func TestFaults(t *testing.T) {
	results := make([]tally, len(faults))
	t.Run("each", func(t *testing.T) {
		for i, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				results[i] = f.try(t)
			})
		}
	})
	if *update && !t.Failed() {
		write(t, "faults", table(results))
	}
}

func (f *fault) try(t *testing.T) tally {
	r := newRig(t, f.setup)
	r.begin()
	f.happen(r)
	r.settle("after the fault")
	got := r.clients.end()
	t.Logf("%d sent, %d answered well, %d clear errors (%d of them cut), %d lost, %d answered twice: %v",
		got.Sent, got.Well, got.Errors, got.Cut, got.Lost, got.Twice, got.why)
	if got.Lost > 0 || got.Twice > 0 {
		t.Errorf("%d lost, %d answered twice: %v", got.Lost, got.Twice, got.why)
	}
	if f.unseen && got.Well != got.Sent {
		t.Errorf("clients noticed: %v", got.why)
	}
	if f.trace != "" && r.services[0].metric(f.trace) == 0 {
		t.Errorf("%s is 0: the fault did not happen", f.trace)
	}
	if !r.envoy.Alive() {
		t.Error("Envoy died")
	}
	return got
}

// table is the part of the page that is measured.
func table(results []tally) string {
	var b strings.Builder
	b.WriteString("| fault | requests | answered well | clear errors | of these cut | lost | answered twice |\n|---|---|---|---|---|---|---|\n")
	for i, f := range faults {
		r := results[i]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", f.name, r.Sent, r.Well, r.Errors, r.Cut, r.Lost, r.Twice)
	}
	return b.String()
}
