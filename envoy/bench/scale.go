package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// scale is what a run finds beyond the cases: how cost grows with the size of a prompt, the number of
// services, the tokens of a stream and the bodies in flight.
type scale struct {
	Sizes    []sized    `json:"sizes"`
	Replicas []replicas `json:"replicas"`
	First    firstToken `json:"first_token"`
	Stream   paced      `json:"stream"`
	Early    early      `json:"early"`
	Memory   memory     `json:"memory"`
}

// sized is one client with prompts of one size.
type sized struct {
	KB         int     `json:"kb"`
	P50        float64 `json:"p50_ms"`
	EmptyP50   float64 `json:"empty_p50_ms"`
	CPUService float64 `json:"cpu_us_service"`
	PerKB      float64 `json:"cpu_us_service_per_kb"`
}

// replicas is one Envoy with several services behind it, on the same two cores.
type replicas struct {
	Services   int     `json:"services"`
	RPS        float64 `json:"rps"`
	CPUEnvoy   float64 `json:"cpu_us_envoy"`
	CPUService float64 `json:"cpu_us_service"`
}

// paced is many streams at once whose tokens come one by one.
type paced struct {
	Streams    int     `json:"streams"`
	PerSecond  float64 `json:"tokens_per_second"`
	CPUEnvoy   float64 `json:"cpu_us_envoy_per_token"`
	CPUService float64 `json:"cpu_us_service_per_token"`
}

// memory is what a service holds, in bytes.
type memory struct {
	Idle     int64   `json:"idle"`
	Own      int64   `json:"idle_own"`  // of it, what is not pages of the program's file
	InFlight int64   `json:"in_flight"` // bodies of requests that wait for their answer at the same time
	Peak     int64   `json:"peak"`
	Times    float64 `json:"times"` // what the peak is above idle, in bodies in flight
}

func (r *rig) measureScale(ctx context.Context, res *results) (err error) {
	s := &scale{}
	if s.Sizes, err = r.measureSizes(ctx); err != nil {
		return err
	}
	if s.Replicas, err = r.measureReplicas(ctx); err != nil {
		return err
	}
	if s.First, err = r.measureFirst(ctx); err != nil {
		return err
	}
	if s.Stream, err = r.measurePaced(ctx); err != nil {
		return err
	}
	if s.Early, err = r.measureEarly(ctx); err != nil {
		return err
	}
	if s.Memory, err = r.measureMemory(ctx); err != nil {
		return err
	}
	res.Scale = s
	return nil
}

// with builds an arm, hands it over, and stops it.
func (r *rig) with(ctx context.Context, kind, upstream string, services int, use func(*arm) error) error {
	a, err := r.build(ctx, kind, upstream, services)
	if a != nil {
		defer a.stop()
	}
	if err != nil {
		return err
	}
	return use(a)
}

func (r *rig) measureSizes(ctx context.Context) (list []sized, err error) {
	for _, kb := range []int{1, 10, 100, 1 << 10, 8 << 10, 31 << 10} {
		list = append(list, sized{KB: kb})
	}
	for _, kind := range []string{emptyArm, "rules"} {
		err := r.with(ctx, kind, r.upstream, 1, func(a *arm) error {
			for i := range list {
				if err := r.measureSize(ctx, a, kind, &list[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *rig) measureSize(ctx context.Context, a *arm, kind string, s *sized) error {
	path, body := request(kind, plain, s.KB<<10)
	l := &load{url: a.url + path, host: r.upstream, body: body, clients: 1}
	spent, got, err := r.observe(ctx, a, l)
	if err != nil {
		return err
	}
	if kind == emptyArm {
		s.EmptyP50 = quantile(got.took, .5)
		return nil
	}
	s.P50 = quantile(got.took, .5)
	s.CPUService = round(spent.service / float64(len(got.took)))
	s.PerKB = round(s.CPUService / float64(s.KB))
	return nil
}

func (r *rig) measureReplicas(ctx context.Context) (list []replicas, err error) {
	for _, n := range []int{1, 2, 4} {
		err := r.with(ctx, "rules", r.upstream, n, func(a *arm) error {
			path, body := request("rules", plain, 1<<10)
			l := &load{url: a.url + path, host: r.upstream, body: body, clients: 64}
			spent, got, err := r.observe(ctx, a, l)
			if err != nil {
				return err
			}
			count := float64(len(got.took))
			list = append(list, replicas{n, round(count / got.elapsed.Seconds()), round(spent.envoy / count), round(spent.service / count)})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// A paced stream: the first token after a while, then one at a time.
var pacedEmulator = []string{"--first-token", "50ms", "--token-gap", "10ms"}

// pacedStreams is how many run at once.
const pacedStreams = 64

func (r *rig) measurePaced(ctx context.Context) (p paced, err error) {
	emulator, upstream, err := r.startEmulator(ctx, pacedEmulator...)
	if emulator != nil {
		defer emulator.stop()
	}
	if err != nil {
		return p, err
	}
	return p, r.with(ctx, "stream", upstream, 1, func(a *arm) error { return r.measureTokens(ctx, a, upstream, &p) })
}

func (r *rig) measureTokens(ctx context.Context, a *arm, upstream string, p *paced) error {
	path, body := request("stream", streamed, 1<<10)
	l := &load{url: a.url + path, host: upstream, body: body, clients: pacedStreams}
	spent, got, err := r.observe(ctx, a, l)
	if err != nil {
		return err
	}
	tokens := float64(got.tokens)
	p.Streams, p.PerSecond = pacedStreams, round(tokens/got.elapsed.Seconds())
	p.CPUEnvoy, p.CPUService = round(spent.envoy/tokens), round(spent.service/tokens)
	return nil
}

// Bodies in flight: as many clients as this send prompts of this size to models that think for a while.
const (
	heldClients = 64
	heldBody    = 384 << 10
)

// settling is how long a service that has started needs to let go of what starting took.
const settling = 3 * time.Second

func (r *rig) measureMemory(ctx context.Context) (m memory, err error) {
	emulator, upstream, err := r.startEmulator(ctx, "--first-token", "3s")
	if emulator != nil {
		defer emulator.stop()
	}
	if err != nil {
		return m, err
	}
	return m, r.with(ctx, "rules", upstream, 1, func(a *arm) error {
		service := a.services[0]
		time.Sleep(settling)
		if m.Idle, err = service.memory("VmRSS"); err != nil {
			return err
		}
		if m.Own, err = service.memory("RssAnon"); err != nil {
			return err
		}
		if err := service.forget(); err != nil {
			return err
		}
		path, body := request("rules", plain, heldBody)
		l := &load{url: a.url + path, host: upstream, body: body, clients: heldClients}
		if _, err := l.run(ctx, r.client, 1); err != nil { // one request each
			return err
		}
		if m.Peak, err = service.memory("VmHWM"); err != nil {
			return err
		}
		m.InFlight = int64(heldClients * len(body))
		m.Times = round(float64(m.Peak-m.Idle) / float64(m.InFlight))
		return nil
	})
}

func (s *scale) print(to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nprompt KB\tp50 ms\tempty p50 ms\tservice CPU µs\ta KB\t")
	for _, x := range s.Sizes {
		fmt.Fprintf(w, "%d\t%.2f\t%.2f\t%.0f\t%.2f\t\n", x.KB, x.P50, x.EmptyP50, x.CPUService, x.PerKB)
	}
	fmt.Fprintln(w, "\nservices\trequests/s\tEnvoy CPU µs\tservice CPU µs\t")
	for _, x := range s.Replicas {
		fmt.Fprintf(w, "%d\t%.0f\t%.0f\t%.0f\t\n", x.Services, x.RPS, x.CPUEnvoy, x.CPUService)
	}
	_ = w.Flush()
	fmt.Fprintln(to)
	s.sentences(to)
}

// sentences tell what needs no table.
func (s *scale) sentences(to io.Writer) {
	f, p, m := &s.First, &s.Stream, &s.Memory
	fmt.Fprintf(to, "The first token of a stream for which nothing is held comes %.2f ms after the one through Envoy alone, and %.2f ms after the one through `empty`.\n", f.Ockham-f.Envoy, f.Ockham-f.Empty)
	fmt.Fprintf(to, "%d streams at once, %.0f tokens a second: %.1f µs CPU a token in the service, %.1f µs in Envoy.\n", p.Streams, p.PerSecond, p.CPUService, p.CPUEnvoy)
	e := &s.Early
	fmt.Fprintf(to, "With `cascade.early` an answer of %.0f tokens that come one by one takes %.1f ms (as a stream without the filter %.1f, whole %.1f), and %.1f µs CPU a token more in the service, %.1f in Envoy: %.0f µs a request in place of %.0f, and %.0f in place of %.0f.\n",
		e.Tokens, e.Early.P50, e.Stream, e.Whole.P50, e.ServicePerToken, e.EnvoyPerToken, e.Early.CPUService, e.Whole.CPUService, e.Early.CPUEnvoy, e.Whole.CPUEnvoy)
	fmt.Fprintf(to, "A service at rest takes %.0f MB, %.0f of them its own, the rest pages of the program's file; with %.0f MB of bodies in flight at most %.0f MB, that is %.1f times the bodies more.\n",
		mb(m.Idle), mb(m.Own), mb(m.InFlight), mb(m.Peak), m.Times)
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// tables write the same in Markdown.
func (s *scale) tables(b *bytes.Buffer) {
	b.WriteString("\n### Size of the prompt, one client, case rules\n\n| KB | p50 ms | empty, p50 ms | CPU µs, service | a KB |\n|---|---|---|---|---|\n")
	for _, x := range s.Sizes {
		fmt.Fprintf(b, "| %d | %.2f | %.2f | %.0f | %.2f |\n", x.KB, x.P50, x.EmptyP50, x.CPUService, x.PerKB)
	}
	b.WriteString("\n### Services behind one Envoy, 64 clients, case rules\n\n| services | requests/s | CPU µs, Envoy | CPU µs, service |\n|---|---|---|---|\n")
	for _, x := range s.Replicas {
		fmt.Fprintf(b, "| %d | %.0f | %.0f | %.0f |\n", x.Services, x.RPS, x.CPUEnvoy, x.CPUService)
	}
	b.WriteString("\n### Streams and memory\n\n")
	s.sentences(b)
}
