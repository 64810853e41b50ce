package faults

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ockham/internal/emulator"
)

// More requests than the service takes on are refused at once, and told when to come again; those that it
// takes on are answered.
func TestFloodOfRequests(t *testing.T) {
	r := newRig(t, setup{
		config:   "limits: {requests: 40}\n",
		emulator: emulator.Config{Pace: emulator.Pace{FirstToken: 300 * time.Millisecond}},
	})
	got := r.flood(200, func(i int) io.Reader { return strings.NewReader(question{id: int64(i)}.body()) })
	if got.answered.Load() < 40 || got.shed.Load() == 0 || got.answered.Load()+got.shed.Load() != 200 {
		t.Errorf("%s, want every one answered or shed, and some of each", got)
	}
	if shed := r.services[0].metric(`ockham_load_shed_total{full="requests"}`); shed != float64(got.shed.Load()) {
		t.Errorf("the metric tells of %v, the clients of %d", shed, got.shed.Load())
	}
	r.answersAgain()
}

// Prompts of 30 MiB from many clients at once, of told and of untold length, take no more memory than they
// may.
func TestFloodOfBytes(t *testing.T) {
	r := newRig(t, setup{config: "limits: {memory: 256MiB}\n"})
	const size, clients = 30 << 20, 12
	prompt := `{"prompt":"` + strings.Repeat("word ", size/5) + `"}`
	for name, body := range map[string]func(int) io.Reader{
		"told":   func(int) io.Reader { return strings.NewReader(prompt) },
		"untold": func(int) io.Reader { return io.MultiReader(strings.NewReader(prompt)) },
	} {
		before := r.highest()
		got := r.flood(clients, body)
		grown := r.highest() - before
		t.Logf("%s: %s; the service grew by %.0f MiB", name, got, grown)
		if n := got.answered.Load() + got.shed.Load(); n != clients {
			t.Errorf("%s: %s, want every one answered or shed", name, got)
		}
		// Without a bound it would be clients * size * 4, or 1,440 MiB. The runtime keeps as much again as is in use.
		if grown > 3*256 {
			t.Errorf("%s: the service grew by %.0f MiB", name, grown)
		}
		r.answersAgain()
	}
}

// floods counts what became of a flood.
type floods struct{ answered, shed, other atomic.Int64 }

func (f *floods) String() string {
	return fmt.Sprintf("%d answered, %d shed, %d otherwise", f.answered.Load(), f.shed.Load(), f.other.Load())
}

// flood posts n bodies at once.
func (r *rig) flood(n int, body func(i int) io.Reader) *floods {
	var f floods
	var all sync.WaitGroup
	url := r.url()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for i := range n {
		all.Go(func() {
			req, err := http.NewRequest(http.MethodPost, url+"/api/v1/generate", body(i))
			if err != nil {
				r.t.Error(err)
				return
			}
			req.Header.Set("Content-Type", "application/json")
			f.note(r.t, transport, req)
		})
	}
	all.Wait()
	return &f
}

func (f *floods) note(t *testing.T, transport http.RoundTripper, req *http.Request) {
	resp, err := transport.RoundTrip(req)
	if err != nil {
		// Refused at its headers while the body was on its way: the answer may be lost with the connection.
		f.shed.Add(1)
		return
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" && strings.Contains(string(text), `"unavailable"`):
		f.shed.Add(1)
	case resp.StatusCode == http.StatusOK, strings.Contains(string(text), "no configured model can serve"):
		f.answered.Add(1)
	default:
		f.other.Add(1)
		t.Errorf("got status %d: %.200s", resp.StatusCode, text)
	}
}

// highest is the most memory that the service has ever had, in MiB.
func (r *rig) highest() float64 {
	r.t.Helper()
	for line := range strings.Lines(file(r.t, fmt.Sprintf("/proc/%d/status", r.services[0].process.Process.Pid))) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			return kib / 1024
		}
	}
	r.t.Fatal("the system does not tell")
	return 0
}

// answersAgain asks until there is an answer.
func (r *rig) answersAgain() {
	r.t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		o, why := question{id: 1}.ask(http.DefaultClient, r.url())
		if o == well {
			return
		}
		if time.Now().After(late) {
			r.t.Fatalf("no answer afterwards: %s", why)
		}
	}
}
