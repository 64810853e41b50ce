package gateway

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/internal/emulator"
)

// BenchmarkTelemetry tells what telemetry costs: services that are alike but for it, each a process of
// its own behind an Envoy of its own, are sent the same prompts in turn, a pair an iteration. What is
// told is the median over the pairs, with its 95 % interval, of what a request takes more with telemetry
// than without: CPU time of Envoy and service, and time on the wall, which holds client and emulator too.
//
//	go test ./internal/gateway -run '^$' -bench Telemetry -benchtime 30x
func BenchmarkTelemetry(b *testing.B) {
	em, err := emulator.Start(emulator.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer em.Close()
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	defer collector.Close()
	prompts := demoPrompts(b)
	without := newSide(b, em.URL, "")
	for _, with := range []struct{ name, telemetry string }{
		{"ledger", `{"ledger": %q, "traces": 0}`}, {"otlp", `{"ledger": %q, "traces": 1, "otlp": "` + collector.URL + `"}`},
	} {
		b.Run(with.name, func(b *testing.B) {
			side := newSide(b, em.URL, fmt.Sprintf(with.telemetry, filepath.Join(b.TempDir(), "ledger.jsonl")))
			pair(b, without, side, prompts) // to warm up
			var cpu, wall []float64
			for b.Loop() {
				off, on := pair(b, without, side, prompts)
				cpu, wall = append(cpu, 100*(on.cpu/off.cpu-1)), append(wall, 100*(on.wall/off.wall-1))
			}
			b.ReportMetric(0, "ns/op") // of a pair of bursts: tells nothing
			report(b, "cpu-%", cpu)
			report(b, "time-%", wall)
		})
	}
}

// report tells the median and its 95 % interval, which needs no assumption but that pairs are independent.
func report(b *testing.B, unit string, values []float64) {
	slices.Sort(values)
	n := float64(len(values))
	rank := max(0, int(math.Floor(n/2-0.98*math.Sqrt(n)))) // of the binomial's 2.5 %
	b.ReportMetric((values[(len(values)-1)/2]+values[len(values)/2])/2, unit)
	b.ReportMetric(values[rank], unit+"-low")
	b.ReportMetric(values[len(values)-1-rank], unit+"-high")
}

// demoPrompts are the demo's requests, as bodies.
func demoPrompts(b *testing.B) (bodies [][]byte) {
	b.Helper()
	content, err := os.ReadFile("../../examples/demo/requests.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(content) {
		var row struct{ Request json.RawMessage }
		if err := json.Unmarshal(line, &row); err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, row.Request)
	}
	return bodies
}

// side is a service and its Envoy.
type side struct {
	url  string
	pids []int
}

// taken is what one request took, in seconds.
type taken struct{ cpu, wall float64 }

var turns int

// pair sends the prompts to both sides, now the one first, now the other.
func pair(b *testing.B, without, with *side, prompts [][]byte) (off, on taken) {
	b.Helper()
	turns++
	if turns%2 == 0 {
		on = with.burst(b, prompts)
		return without.burst(b, prompts), on
	}
	off = without.burst(b, prompts)
	return off, with.burst(b, prompts)
}

// The size of a burst.
const (
	rounds  = 8 // of all prompts
	clients = 16
)

// burst counts what is worked off after the last answer too.
func (s *side) burst(b *testing.B, prompts [][]byte) taken {
	b.Helper()
	before, begun := s.cpu(b), time.Now()
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := c; i < rounds*len(prompts); i += clients {
				s.post(b, prompts[i%len(prompts)])
			}
		})
	}
	group.Wait()
	wall := time.Since(begun).Seconds()
	time.Sleep(300 * time.Millisecond)
	n := float64(rounds * len(prompts))
	return taken{cpu: (s.cpu(b) - before) / n, wall: wall / n}
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}

func (s *side) post(b *testing.B, body []byte) {
	answer, err := client.Post(s.url, "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		b.Errorf("status %d, %v", answer.StatusCode, err)
	}
}

// cpu is what Envoy and service have used so far, in seconds: utime and stime of proc(5), which Linux
// tells in hundredths.
func (s *side) cpu(b *testing.B) (seconds float64) {
	b.Helper()
	for _, pid := range s.pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		for _, field := range fields[11:13] {
			ticks, err := strconv.ParseFloat(field, 64)
			if err != nil {
				b.Fatal(err)
			}
			seconds += ticks / 100
		}
	}
	return seconds
}

// newSide starts a service, in a process of its own, and an Envoy before it.
func newSide(b *testing.B, bedrock, telemetry string) *side {
	b.Helper()
	socket := filepath.Join(b.TempDir(), "ockham.sock")
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childEnv+"="+string(must(json.Marshal(child{socket, bedrock, telemetry}))))
	command.Stderr = os.Stderr
	stdin := must(command.StdinPipe()) // its end is the child's
	stdout := must(command.StdoutPipe())
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stdin.Close(); _ = command.Wait() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		b.Fatalf("the service did not start: %v %s", err, line)
	}
	bootstrap := must(envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address("unix:" + socket),
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: bedrock}},
	}))
	e := envoytest.Envoy(b, bootstrap)
	return &side{url: e.URL(b) + "/api/v1/generate", pids: []int{e.Pid, command.Process.Pid}}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// child is what a service that runs in a process of its own is told; without Telemetry it observes nothing.
type child struct{ Socket, Bedrock, Telemetry string }

const childEnv = "OCKHAM_TEST_CHILD"

// TestMain makes this binary a service where it is told to be one.
func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		if err := serveChild([]byte(told)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func serveChild(told []byte) error {
	var c child
	if err := json.Unmarshal(told, &c); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	g, err := New(ctx, &Options{
		Override: c.override, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Credentials: credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""),
	})
	if err != nil {
		return err
	}
	if c.Telemetry == "" {
		g.deafen()
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	fmt.Println("open")
	return g.Run(ctx)
}

func (c *child) override(to *config.Config) {
	to.Server.Listen, to.Server.Admin, to.Server.HTTP, to.Server.Drain = "unix:"+c.Socket, "127.0.0.1:0", "localhost:0", 0
	to.Bedrock.Endpoint = c.Bedrock
	_ = json.Unmarshal([]byte(cmp.Or(c.Telemetry, "{}")), &to.Telemetry) // its names but for case
}

// deafen leaves telemetry out.
func (g *Gateway) deafen() {
	c := g.live.Policy().Config
	g.grpc = grpc.NewServer(extproc.ServerOptions(int(c.Limits.Body))...)
	extprocv3.RegisterExternalProcessorServer(g.grpc, &extproc.Service{
		Policy: g.policy, Signer: g.signer, Observe: func(*extproc.Outcome) {}, Load: g.load, Log: g.log,
	})
}
