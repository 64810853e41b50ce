package e2e

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/emulator"
)

// bare is an Envoy with one route to the emulator and no filter of ours.
const bare = `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: ockham
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bare
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: emulator}}]}]}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
  - name: emulator
    type: STATIC
    load_assignment: {cluster_name: emulator, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %s}}}}]}]}
`

// BenchmarkAdded measures what Ockham adds to the same Envoy without it: rounds of both in turn, so that
// a machine that slows down slows both. It reports medians and 99th percentiles in microseconds.
func BenchmarkAdded(b *testing.B) {
	r := newRig(b, options{emulator: emulator.Config{Fixed: true, NoVerify: true}, plan: noChecks})
	_, port, _ := strings.Cut(r.Emulator, ":")
	alone := envoytest.Envoy(b, []byte(fmt.Sprintf(bare, port))).URL(b) + "/model/us.anthropic.claude-haiku-5-5/converse"
	text := strings.Repeat("word ", 200)
	direct := `{"messages":[{"role":"user","content":[{"text":"` + text + `"}]}]}`
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprint(clients, "clients"), func(b *testing.B) {
			var with, without []time.Duration
			for b.Loop() {
				without = append(without, r.round(b, clients, alone, direct)...)
				with = append(with, r.round(b, clients, r.URL+"/api/v1/generate", prompt(text))...)
			}
			slices.Sort(with)
			slices.Sort(without)
			for name, q := range map[string]float64{"p50": .5, "p99": .99} {
				w, wo := with[int(q*float64(len(with)-1))], without[int(q*float64(len(without)-1))]
				b.ReportMetric(float64(wo.Microseconds()), name+"-µs-envoy")
				b.ReportMetric(float64(w.Microseconds()), name+"-µs-ockham")
				b.ReportMetric(float64((w - wo).Microseconds()), name+"-µs-added")
			}
		})
	}
}

// round sends 50 requests a client and returns how long each took.
func (r *rig) round(b *testing.B, clients int, url, body string) []time.Duration {
	var mu sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			took := make([]time.Duration, 0, 50)
			for range cap(took) {
				start := time.Now()
				resp, err := r.client.Post(url, "application/json", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					b.Errorf("status %d", resp.StatusCode)
					return
				}
				took = append(took, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	group.Wait()
	return all
}
