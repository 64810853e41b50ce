package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

// sample is one case in one round.
type sample struct {
	p50, p99, first float64 // ms
	rps             float64
	cpuEnvoy        float64 // µs a request
	cpuService      float64
	allocs, bytes   float64 // a request
}

// measure runs all rounds. In each, every case is loaded once, those of one load next to each other and
// in another order each time, so that a machine that slows down slows all of them.
func (r *rig) measure(ctx context.Context) (*results, error) {
	keys := r.o.keys()
	if len(keys) == 0 {
		return nil, fmt.Errorf("-only %s matches no case", r.o.only)
	}
	if err := r.startArms(ctx, keys); err != nil {
		return nil, err
	}
	samples := map[key][]sample{}
	for round := range r.o.rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, r.o.rounds)
		for _, group := range byLoad(keys, func(k key) key { return k }) {
			rand.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
			for _, k := range group {
				s, err := r.sample(ctx, k)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", k, err)
				}
				samples[k] = append(samples[k], s)
			}
		}
	}
	res := summarize(r.o, keys, samples)
	if r.o.scale {
		return res, r.measureScale(ctx, res)
	}
	return res, nil
}

// keys lists the cases that are asked for, and the empty service's for each of their loads.
func (o *options) keys() []key {
	wanted := map[key]bool{}
	all := allKeys(o.baseline != "")
	for _, k := range all {
		if o.only.MatchString(k.String()) {
			wanted[k], wanted[k.empty()] = true, true
		}
	}
	return slices.DeleteFunc(all, func(k key) bool { return !wanted[k] })
}

// allKeys lists every case under every load, those under one load together.
func allKeys(baseline bool) (list []key) {
	for _, mode := range []string{plain, streamed} {
		for _, b := range bodies {
			for _, n := range clients {
				for _, kind := range kinds {
					if !slices.Contains(kind.modes, mode) {
						continue
					}
					list = append(list, key{kind.name, n, b.name, mode})
					if baseline && kind.name != envoyArm && kind.name != emptyArm {
						list = append(list, key{kind.name + baselineSuffix, n, b.name, mode})
					}
				}
			}
		}
	}
	return list
}

// byLoad puts together what is under the same load.
func byLoad[T any](list []T, of func(T) key) [][]T {
	var groups [][]T
	for _, x := range list {
		last := len(groups) - 1
		if last < 0 || of(groups[last][0]).empty() != of(x).empty() {
			groups = append(groups, nil)
			last++
		}
		groups[last] = append(groups[last], x)
	}
	return groups
}

func (r *rig) startArms(ctx context.Context, keys []key) (err error) {
	if r.emulator, r.upstream, err = r.startEmulator(ctx); err != nil {
		return err
	}
	for _, k := range keys {
		if r.arms[k.Name] != nil {
			continue
		}
		if r.arms[k.Name], err = r.build(ctx, k.Name, r.upstream, 1); err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) load(k key) *load {
	size := bodies[slices.IndexFunc(bodies, func(b body) bool { return b.name == k.Body })].bytes
	path, text := request(k.Name, k.Mode, size)
	return &load{url: r.arms[k.Name].url + path, host: r.upstream, body: text, clients: k.Clients}
}

// warmup comes before a case is measured, so that connections are made and caches filled.
const warmup = 100 * time.Millisecond

func (r *rig) sample(ctx context.Context, k key) (s sample, err error) {
	spent, got, err := r.observe(ctx, r.arms[k.Name], r.load(k))
	if err != nil {
		return s, err
	}
	n := float64(len(got.took))
	return sample{
		p50: quantile(got.took, .5), p99: quantile(got.took, .99), first: quantile(got.first, .5),
		rps:      n / got.elapsed.Seconds(),
		cpuEnvoy: spent.envoy / n, cpuService: spent.service / n, allocs: spent.allocs / n, bytes: spent.bytes / n,
	}, nil
}

// spent is what an arm's processes used: CPU in microseconds, allocations of its services.
type spent struct{ envoy, service, allocs, bytes float64 }

// observe loads an arm, after a warm-up, and tells what that cost.
func (r *rig) observe(ctx context.Context, a *arm, l *load) (s spent, got *loaded, err error) {
	if _, err := l.run(ctx, r.client, warmup); err != nil {
		return s, nil, err
	}
	heapBefore, err := a.heap()
	if err != nil {
		return s, nil, err
	}
	before, err := a.cpu()
	if err != nil {
		return s, nil, err
	}
	if got, err = l.run(ctx, r.client, r.o.length()); err != nil {
		return s, nil, err
	}
	after, err := a.cpu()
	if err != nil {
		return s, nil, err
	}
	heapAfter, err := a.heap()
	return spent{
		envoy: after.envoy - before.envoy, service: after.service - before.service,
		allocs: heapAfter.allocs - heapBefore.allocs, bytes: heapAfter.bytes - heapBefore.bytes,
	}, got, err
}

func (a *arm) heap() (sum heap, err error) {
	for _, s := range a.services {
		h, err := s.heap()
		if err != nil {
			return sum, err
		}
		sum.allocs, sum.bytes = sum.allocs+h.allocs, sum.bytes+h.bytes
	}
	return sum, nil
}

func (a *arm) cpu() (s spent, err error) {
	ran, err := a.envoy.cpu()
	if err != nil {
		return s, err
	}
	s.envoy = float64(ran) / 1000
	for _, p := range a.services {
		if ran, err = p.cpu(); err != nil {
			return s, err
		}
		s.service += float64(ran) / 1000
	}
	return s, nil
}
