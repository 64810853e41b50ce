package telemetry

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"ockham/envoy/envoytest"
)

// TestAFullDiskCostsOnlyTheLedger: the device takes nothing, ever. Every line is counted as lost, and
// metrics and sums hold every request.
func TestAFullDiskCostsOnlyTheLedger(t *testing.T) {
	const requests = 500
	cfg := quietConfig()
	cfg.Ledger.Path = "/dev/full"
	tel := startTelemetry(t, cfg)
	for i := range requests {
		tel.Observe(escalated(fmt.Sprint(i)))
	}
	settle(t, tel)
	if failed, written := tel.writer.failed.Load(), tel.writer.written.Load(); failed != requests || written != 0 || tel.Lost() != requests {
		t.Errorf("counted %d failed, %d written, %d lost; want %d, 0, %d", failed, written, tel.Lost(), requests, requests)
	}
	if got := tel.Sums().View(start, time.Hour).Total.Requests; got != requests {
		t.Errorf("the sums hold %d requests, want %d", got, requests)
	}
}

// deaf takes connections and answers nothing.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// TestACollectorThatHangsHoldsNothingUp: many more records than its queues hold are worked off, the
// ledger has them all, closing ends in its time, and what the collector did not take is counted.
func TestACollectorThatHangsHoldsNothingUp(t *testing.T) {
	const requests = 6000
	for name, address := range map[string]string{"http, deaf": "http://" + deaf(t), "grpc, deaf": "grpc://" + deaf(t), "http, gone": "http://" + envoytest.FreeAddress(t), "grpc, gone": "grpc://" + envoytest.FreeAddress(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := quietConfig()
			cfg.Ledger.Path = t.TempDir() + "/ledger.jsonl"
			cfg.OTLP = OTLPConfig{Endpoint: address, Logs: true, Metrics: true, Traces: true}
			tel := startTelemetry(t, cfg)
			for i := range requests {
				tel.Observe(escalated(fmt.Sprint(i)))
			}
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()
			close(tel.closing) // the worker ends once it has worked everything off
			tel.once.Do(func() {})
			select {
			case <-tel.done:
			case <-ctx.Done():
				t.Fatal("the worker waits for the collector")
			}
			closing, stop := context.WithTimeout(t.Context(), 2*time.Second)
			defer stop()
			_ = tel.stop(closing) // it says that not everything was sent
			if got := tel.writer.written.Load(); got != requests || tel.dropped.Load() != 0 {
				t.Errorf("the ledger has %d lines and %d notes were dropped, want %d and 0", got, tel.dropped.Load(), requests)
			}
			if logs := tel.signals.tallies["logs"]; logs.offered.Load() != requests || logs.exported.Load() != 0 {
				t.Errorf("logs: offered %d, exported %d; want %d, 0", logs.offered.Load(), logs.exported.Load(), requests)
			}
		})
	}
}
