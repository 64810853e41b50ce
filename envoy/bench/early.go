package main

import (
	"context"
	"slices"
)

// early is what it costs to run plain requests as streams upstream (cascade.early), at an emulator that says
// one token after the other. The two arms are loaded in turn.
type early struct {
	Stream          float64 `json:"stream_p50_ms"` // to the end of a stream without the filter
	Tokens          float64 `json:"tokens"`        // of an answer
	Whole           arrival `json:"whole"`
	Early           arrival `json:"early"`
	ServicePerToken float64 `json:"cpu_us_service_per_token"` // what a token more costs
	EnvoyPerToken   float64 `json:"cpu_us_envoy_per_token"`
}

// arrival is one of the two ways.
type arrival struct {
	P50        float64 `json:"p50_ms"`
	CPUService float64 `json:"cpu_us_service"`
	CPUEnvoy   float64 `json:"cpu_us_envoy"`
}

const (
	earlyClients = 16
	earlyRounds  = 5
)

func (r *rig) measureEarly(ctx context.Context) (e early, err error) {
	emulator, upstream, err := r.startEmulator(ctx, pacedEmulator...)
	if emulator != nil {
		defer emulator.stop()
	}
	if err != nil {
		return e, err
	}
	err = r.with(ctx, envoyArm, upstream, 0, func(a *arm) error {
		path, body := request(envoyArm, streamed, 1<<10)
		got, err := (&load{url: a.url + path, host: upstream, body: body, clients: earlyClients}).run(ctx, r.client, r.o.length())
		if err == nil {
			e.Stream = quantile(got.took, .5)
		}
		return err
	})
	if err != nil {
		return e, err
	}
	err = r.with(ctx, "stream", upstream, 1, func(whole *arm) error {
		return r.with(ctx, "early", upstream, 1, func(asStream *arm) error { return r.compareEarly(ctx, whole, asStream, upstream, &e) })
	})
	e.ServicePerToken = round((e.Early.CPUService - e.Whole.CPUService) / e.Tokens)
	e.EnvoyPerToken = round((e.Early.CPUEnvoy - e.Whole.CPUEnvoy) / e.Tokens)
	return e, err
}

func (r *rig) compareEarly(ctx context.Context, whole, asStream *arm, upstream string, e *early) error {
	path, body := request("stream", streamed, 1<<10)
	got, err := (&load{url: whole.url + path, host: upstream, body: body, clients: 1}).run(ctx, r.client, 0)
	if err != nil {
		return err
	}
	e.Tokens = float64(got.tokens)
	var rounds [2][]arrival
	path, body = request("stream", plain, 1<<10)
	for range earlyRounds {
		for i, a := range []*arm{whole, asStream} {
			l := &load{url: a.url + path, host: upstream, body: body, clients: earlyClients}
			spent, got, err := r.observe(ctx, a, l)
			if err != nil {
				return err
			}
			n := float64(len(got.took))
			rounds[i] = append(rounds[i], arrival{quantile(got.took, .5), round(spent.service / n), round(spent.envoy / n)})
		}
	}
	e.Whole, e.Early = middle(rounds[0]), middle(rounds[1])
	return nil
}

// middle takes the median of each figure.
func middle(list []arrival) arrival {
	median := func(of func(arrival) float64) float64 {
		values := make([]float64, len(list))
		for i, a := range list {
			values[i] = of(a)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return arrival{
		median(func(a arrival) float64 { return a.P50 }),
		median(func(a arrival) float64 { return a.CPUService }),
		median(func(a arrival) float64 { return a.CPUEnvoy }),
	}
}
