package faults

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/internal/emulator"
)

// soakPace is five tokens a second.
var soakPace = emulator.Pace{FirstToken: 200 * time.Millisecond, Token: 200 * time.Millisecond}

// briefly is how long the soak lasts among all other tests.
const briefly = 8 * time.Second

// TestSoak has many streams run at once, each at the pace at which people read, and looks whether anything
// grows. `make soak` makes it long.
func TestSoak(t *testing.T) {
	length := max(*soaking, briefly)
	r := newRig(t, setup{emulator: emulator.Config{Pace: soakPace}, timeouts: &envoy.Timeouts{}})
	c := soakClients(r.url(), *streams, length/8)
	time.Sleep(length / 4) // connections, caches and pools fill
	first := r.usage(length / 4)
	time.Sleep(length / 4)
	last := r.usage(length / 4)
	got := c.end()
	t.Logf("%d streams at once, %d in all, %d answered well; first %+v, last %+v", *streams, got.Sent, got.Well, first, last)
	if got.Well != got.Sent || got.Sent < *streams {
		t.Errorf("%d of %d streams were answered well: %v", got.Well, got.Sent, got.why)
	}
	for _, g := range first.grown(last) {
		t.Error(g)
	}
	if *update && !t.Failed() {
		write(t, fmt.Sprintf("%d streams", *streams), soakTable(length, got, first, last))
	}
}

// soakClients are n streams at a time, the last of which begins after some time: a hundred share a
// connection of HTTP/2, the next hundred have one of HTTP/1.1 each.
func soakClients(url string, n int, begin time.Duration) *clients {
	c := &clients{stop: make(chan struct{})}
	var shared []*http.Transport
	for i := range n {
		if i%100 == 0 {
			transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: n}
			if i/100%2 == 1 {
				transport.Protocols = new(http.Protocols)
				transport.Protocols.SetUnencryptedHTTP2(true)
			}
			shared = append(shared, transport)
		}
		c.all.Go(func() {
			time.Sleep(begin / time.Duration(n) * time.Duration(i))
			c.stream(url, &http.Client{Transport: shared[i/100]})
		})
	}
	return c
}

// stream asks one question after the other.
func (c *clients) stream(url string, client *http.Client) {
	for {
		select {
		case <-c.stop:
			client.CloseIdleConnections()
			return
		default:
			o, why := question{id: c.count.Add(1), stream: true}.ask(client, url)
			c.note(o, why)
			if o != well { // as retry-after says
				time.Sleep(time.Second)
			}
		}
	}
}

// usage is what the service and Envoy take, on average over some time.
type usage struct {
	ServiceMiB, EnvoyMiB     float64 // resident
	Goroutines               float64 // of the service
	ServiceFiles, EnvoyFiles float64 // open descriptors
}

// usage is measured for a while.
func (r *rig) usage(length time.Duration) usage {
	var sum usage
	n := 0.0
	for end := time.Now().Add(length); n == 0 || time.Now().Before(end); n++ {
		service, proxy := r.services[0].process.Process.Pid, r.envoy.Pid
		sum.ServiceMiB += resident(r.t, service)
		sum.EnvoyMiB += resident(r.t, proxy)
		sum.Goroutines += r.services[0].metric("go_goroutines")
		sum.ServiceFiles += files(r.t, service)
		sum.EnvoyFiles += files(r.t, proxy)
		time.Sleep(min(time.Second, length/5))
	}
	return usage{sum.ServiceMiB / n, sum.EnvoyMiB / n, sum.Goroutines / n, sum.ServiceFiles / n, sum.EnvoyFiles / n}
}

// grown lists what is more than chance at the end than it was at first.
func (u usage) grown(later usage) (list []string) {
	for _, one := range []struct {
		what         string
		before, then float64
		slack        float64
	}{
		{"MiB of the service", u.ServiceMiB, later.ServiceMiB, 32},
		{"MiB of Envoy", u.EnvoyMiB, later.EnvoyMiB, 32},
		{"goroutines of the service", u.Goroutines, later.Goroutines, 50},
		{"descriptors of the service", u.ServiceFiles, later.ServiceFiles, 20},
		{"descriptors of Envoy", u.EnvoyFiles, later.EnvoyFiles, 20},
	} {
		if one.then > one.before*1.1+one.slack {
			list = append(list, fmt.Sprintf("%s grew from %.0f to %.0f", one.what, one.before, one.then))
		}
	}
	return list
}

// resident is a process's memory in MiB.
func resident(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / (1 << 20)
}

func files(t *testing.T, pid int) float64 {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return float64(len(list))
}

func soakTable(length time.Duration, got tally, first, last usage) string {
	return fmt.Sprintf("%s, %d streams answered, %d errors.\n\n"+
		"| | second quarter | last quarter |\n|---|---|---|\n| service, MiB | %.0f | %.0f |\n| Envoy, MiB | %.0f | %.0f |\n"+
		"| goroutines | %.0f | %.0f |\n| descriptors of the service | %.0f | %.0f |\n| descriptors of Envoy | %.0f | %.0f |\n",
		length, got.Well, got.Sent-got.Well, first.ServiceMiB, last.ServiceMiB, first.EnvoyMiB, last.EnvoyMiB,
		first.Goroutines, last.Goroutines, first.ServiceFiles, last.ServiceFiles, first.EnvoyFiles, last.EnvoyFiles)
}
