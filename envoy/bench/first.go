package main

import (
	"context"
	"slices"
	"time"
)

// firstToken is when the first token of a stream comes, at one client and an emulator that says it after a
// while: through Envoy alone, through the empty service, and through Ockham with nothing to hold it for. All
// that Ockham may hold it for is the window, which is the operator's.
type firstToken struct {
	Envoy  float64 `json:"envoy_p50_ms"`
	Empty  float64 `json:"empty_p50_ms"`
	Ockham float64 `json:"p50_ms"`
}

// promptEmulator says its first token after a while, and the others soon, so that there are many first ones.
var promptEmulator = []string{"--first-token", "20ms", "--token-gap", "1ms"}

const firstRounds = 6

func (r *rig) measureFirst(ctx context.Context) (f firstToken, err error) {
	emulator, upstream, err := r.startEmulator(ctx, promptEmulator...)
	if emulator != nil {
		defer emulator.stop()
	}
	if err != nil {
		return f, err
	}
	kinds := [...]string{envoyArm, emptyArm, "unheld"}
	var loads [len(kinds)]*load
	var took [len(kinds)][]time.Duration
	for i, kind := range kinds {
		a, err := r.build(ctx, kind, upstream, 1)
		if a != nil {
			defer a.stop()
		}
		if err != nil {
			return f, err
		}
		path, body := request(kind, streamed, 1<<10)
		loads[i] = &load{url: a.url + path, host: upstream, body: body, clients: 1}
	}
	for range firstRounds {
		for i, l := range loads {
			got, err := l.run(ctx, r.client, r.o.length())
			if err != nil {
				return f, err
			}
			took[i] = append(took[i], got.first...)
		}
	}
	for i, to := range []*float64{&f.Envoy, &f.Empty, &f.Ockham} {
		slices.Sort(took[i])
		*to = quantile(took[i], .5)
	}
	return f, nil
}
