package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"ockham/envoy"
	"ockham/internal/emulator"
)

// largestBody is the largest request that is measured, and more than any service here refuses.
const largestBody = 32 << 20

// rig is everything that runs: one emulator, and for every way through it an Envoy of its own, all with
// the same configuration but for the filter.
type rig struct {
	o        *options
	dir      string
	emulator *process
	upstream string // the emulator's address
	arms     map[string]*arm
	built    int // arms so far, for the names of their files
	client   *http.Client
}

// arm is one way from the client to the emulator.
type arm struct {
	envoy    *process
	services []*process // none, or the external processors
	url      string     // Envoy's listener
	admin    string
}

func newRig(o *options) (*rig, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	return &rig{o: o, dir: dir, arms: map[string]*arm{}, client: newClient()}, nil
}

func (r *rig) stop() {
	for _, a := range r.arms {
		a.stop()
	}
	if r.emulator != nil {
		r.emulator.stop()
	}
	_ = os.RemoveAll(r.dir)
}

func (a *arm) stop() {
	for _, p := range append(a.services, a.envoy) {
		if p != nil {
			p.stop()
		}
	}
}

func (r *rig) file(name string) string { return filepath.Join(r.dir, name) }

// startEmulator runs the emulator; without arguments each answer is the same.
func (r *rig) startEmulator(ctx context.Context, args ...string) (*process, string, error) {
	address, err := freePort()
	if err != nil {
		return nil, "", err
	}
	if len(args) == 0 {
		args = []string{"--fixed"}
	}
	args = append([]string{"emulate", "--listen", address, "--no-verify"}, args...)
	p, err := start(r.file("emulator-"+address), r.o.ockham, args, nil)
	if err != nil {
		return nil, "", err
	}
	return p, address, p.await(ctx, func() error { return answers(r.client, "http://"+address+"/") })
}

// build starts an arm. kind is "envoy", which has no services, "empty" or the name of one of Ockham's configurations.
func (r *rig) build(ctx context.Context, kind, upstream string, services int) (*arm, error) {
	a := &arm{}
	r.built++
	if kind == envoyArm {
		services = 0
	}
	p := envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", BodyLimit: largestBody + 1<<20,
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: "http://" + upstream}},
	}
	for i := range services {
		socket := r.file(fmt.Sprintf("%s-%d-%d.sock", kind, r.built, i))
		service, err := r.startService(ctx, kind, socket, upstream)
		if service != nil {
			a.services = append(a.services, service)
		}
		if err != nil {
			return a, err
		}
		address := envoy.Address("unix:" + socket)
		if i == 0 {
			p.Processor = address
		} else {
			p.Replicas = append(p.Replicas, address)
		}
	}
	return a, r.startEnvoy(ctx, a, kind, p)
}

// startService runs an external processor.
func (r *rig) startService(ctx context.Context, kind, socket, upstream string) (*process, error) {
	stats, err := freePort()
	if err != nil {
		return nil, err
	}
	program, args := os.Args[0], []string{"-empty", socket, "-stats", stats}
	if kind != emptyArm {
		config := socket + ".yaml"
		if err := os.WriteFile(config, configuration(kind, socket, stats, upstream), 0o600); err != nil {
			return nil, err
		}
		program, args = r.o.ockham, []string{"serve", "--config", config}
		if strings.HasSuffix(kind, baselineSuffix) {
			program = r.o.baseline
		}
	}
	p, err := start(socket+".log", program, args, []string{"AWS_ACCESS_KEY_ID=" + emulator.DefaultAccessKey, "AWS_SECRET_ACCESS_KEY=" + emulator.DefaultSecret})
	if err != nil {
		return nil, err
	}
	p.metrics = "http://" + stats + "/metrics"
	return p, p.await(ctx, func() error { return answers(r.client, p.metrics) })
}

func (r *rig) startEnvoy(ctx context.Context, a *arm, kind string, p envoy.Params) error {
	config, err := envoy.Bootstrap(p)
	if err == nil && kind == envoyArm {
		config, err = withoutFilter(config)
	}
	if err != nil {
		return err
	}
	name := r.file(fmt.Sprintf("envoy-%s-%d", kind, r.built))
	if err := os.WriteFile(name+".yaml", config, 0o600); err != nil {
		return err
	}
	a.envoy, err = start(name+".log", r.o.envoy, []string{
		"-c", name + ".yaml", "--admin-address-path", name + ".admin",
		"--disable-hot-restart", "--concurrency", "2", "--log-level", "warning",
	}, nil)
	if err != nil {
		return err
	}
	return a.envoy.await(ctx, func() error { return a.find(r.client, name+".admin") })
}

// find learns which ports an Envoy was given.
func (a *arm) find(client *http.Client, file string) error {
	address, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	a.admin = "http://" + string(bytes.TrimSpace(address))
	if err := answers(client, a.admin+"/ready"); err != nil {
		return err
	}
	text, err := get(client, a.admin+"/listeners")
	_, listener, found := strings.Cut(strings.TrimSpace(string(text)), "::")
	if err != nil || !found {
		return fmt.Errorf("envoy's listeners: %q, %w", text, err)
	}
	a.url = "http://" + listener
	return nil
}

// withoutFilter takes Ockham's filter out of a rendered configuration and leaves the rest as it is.
func withoutFilter(config []byte) ([]byte, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(config, &tree); err != nil {
		return nil, err
	}
	return yaml.Marshal(without(tree, "ockham"))
}

// without drops from every list in tree the maps that are HTTP filters of that name.
func without(tree any, name string) any {
	switch t := tree.(type) {
	case map[string]any:
		for k, v := range t {
			t[k] = without(v, name)
		}
		filters, _ := t["http_filters"].([]any)
		for i, f := range filters {
			if m, ok := f.(map[string]any); ok && m["name"] == name {
				t["http_filters"] = append(filters[:i:i], filters[i+1:]...)
			}
		}
	case []any:
		for i, v := range t {
			t[i] = without(v, name)
		}
	}
	return tree
}
