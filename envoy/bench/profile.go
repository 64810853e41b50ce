package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
)

// takeProfiles writes a CPU profile (.pprof) and one of allocations (.allocs) of the service for every case
// of Ockham's that was asked for, taken while it serves the load that is measured.
func (r *rig) takeProfiles(ctx context.Context) error {
	keys := r.o.keys()
	if err := r.startArms(ctx, keys); err != nil {
		return err
	}
	for _, k := range keys {
		if k.Name == envoyArm || k.Name == emptyArm {
			continue
		}
		if err := r.profile(ctx, k); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	return nil
}

func (r *rig) profile(ctx context.Context, k key) error {
	file := filepath.Join(r.o.profiles, strings.ReplaceAll(k.String(), "/", "-"))
	url := strings.TrimSuffix(r.arms[k.Name].services[0].metrics, "metrics") + "debug/pprof/"
	cpu, err := r.under(ctx, k, fmt.Sprintf("%sprofile?seconds=%d", url, max(1, int(r.o.seconds))))
	if err != nil {
		return err
	}
	allocs, err := get(r.client, url+"allocs")
	if err != nil {
		return err
	}
	return errors.Join(write(file+".pprof", cpu), write(file+".allocs", allocs))
}

// under loads a case for as long as url takes to answer.
func (r *rig) under(ctx context.Context, k key, url string) (text []byte, err error) {
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		text, err = get(r.client, url)
		stop()
	})
	_, _ = r.load(k).run(ctx, r.client, startLimit) // until stop
	group.Wait()
	return text, err
}
