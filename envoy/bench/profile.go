package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// takeProfiles writes a CPU profile of the service for every case of Ockham's that was asked for, taken
// while it serves the load that is measured. Merged they are what the compiler optimises by: make profile.
func (r *rig) takeProfiles(ctx context.Context) error {
	keys := r.o.keys()
	if err := r.startArms(ctx, keys); err != nil {
		return err
	}
	if err := os.MkdirAll(r.o.profiles, 0o755); err != nil {
		return err
	}
	for _, k := range keys {
		if k.Name == envoyArm || k.Name == emptyArm {
			continue
		}
		text, err := r.profile(ctx, k)
		if err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
		file := filepath.Join(r.o.profiles, strings.ReplaceAll(k.String(), "/", "-")+".pprof")
		if err := write(file, text); err != nil {
			return err
		}
	}
	return nil
}

// profile loads a case for as long as its service is profiled.
func (r *rig) profile(ctx context.Context, k key) (text []byte, err error) {
	seconds := max(1, int(r.o.seconds))
	url := strings.TrimSuffix(r.arms[k.Name].services[0].metrics, "metrics") + fmt.Sprintf("debug/pprof/profile?seconds=%d", seconds)
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
