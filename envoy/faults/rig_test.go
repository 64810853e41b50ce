package faults

import (
	"cmp"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/emulator"
)

// setup is what a rig is made of; the zero value has one service and one region.
type setup struct {
	services int
	regions  int
	config   string          // of the services, besides where they listen and where Bedrock is
	env      []string        // in place of the emulator's credentials
	emulator emulator.Config // at the beginning
	timeouts *envoy.Timeouts // of Envoy
	// accessLog is where Envoy writes its own; nowhere by default.
	accessLog string
	sockets   bool   // Envoy has WebSocket and the other paths of the HTTP port
	ends      string // how services do
}

// rig is everything, running, with clients at work.
type rig struct {
	t         *testing.T
	timeouts  envoy.Timeouts
	accessLog string
	listen    string // Envoy's address, where the service must know it; any by default
	envoy     *envoytest.Instance
	services  []*service
	bedrocks  []*bedrock
	clients   *clients
}

// regionNames are those of the bedrocks.
var regionNames = []string{"us-east-1", "us-west-2"}

func newRig(t *testing.T, s setup) *rig {
	t.Helper()
	// A frozen service is noticed soon, so that the run need not be long.
	r := &rig{t: t, accessLog: s.accessLog, timeouts: envoy.Timeouts{KeepaliveInterval: time.Second, Keepalive: time.Second}}
	if s.timeouts != nil {
		r.timeouts = *s.timeouts
	}
	s.emulator.Regions = regionNames
	for range max(1, s.regions) {
		r.bedrocks = append(r.bedrocks, newBedrock(t, s.emulator))
	}
	server := cmp.Or(s.ends, "pause: 3s, drain: 20s")
	if s.sockets {
		r.listen = envoytest.FreeAddress(t)
		server += ", websocket: {enabled: true, envoy: " + r.listen + "}"
	}
	if s.env == nil {
		s.env = []string{"AWS_ACCESS_KEY_ID=" + emulator.DefaultAccessKey, "AWS_SECRET_ACCESS_KEY=" + emulator.DefaultSecret}
	}
	for range max(1, s.services) {
		one := newService(t, server, r.where()+s.config, s.env)
		one.start()
		r.services = append(r.services, one)
	}
	r.startEnvoy()
	t.Cleanup(r.leaks)
	return r
}

// where tells a service where Bedrock is.
func (r *rig) where() string {
	text := "bedrock:\n  region: us-east-1\n"
	if len(r.bedrocks) > 1 {
		text += "  failover: [us-west-2]\n"
	}
	text += "  endpoints:\n"
	for i, b := range r.bedrocks {
		text += fmt.Sprintf("    %s: http://%s\n", regionNames[i], b.address)
	}
	return text
}

func (r *rig) startEnvoy() {
	r.t.Helper()
	p := envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: r.services[0].address(),
		Timeouts: r.timeouts, AccessLog: r.accessLog,
	}
	if r.listen != "" {
		p.Listen, p.HTTP, p.WebSocket = envoy.Address(r.listen), envoy.Address(r.services[0].http), true
	}
	for _, s := range r.services[1:] {
		p.Replicas = append(p.Replicas, s.address())
	}
	for i, b := range r.bedrocks {
		p.Regions = append(p.Regions, envoy.Region{Name: regionNames[i], Endpoint: "http://" + b.address})
	}
	bootstrap, err := envoy.Bootstrap(p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.envoy = envoytest.Envoy(r.t, bootstrap)
}

// url is where clients connect.
func (r *rig) url() string { return r.envoy.URL(r.t) }

// begin sets clients to work and waits until all of them were answered.
func (r *rig) begin() {
	r.t.Helper()
	r.clients = newClients(r.url(), *crowd)
	r.settle("before the fault")
}

// last lets the fault act for its time.
func (r *rig) last() { time.Sleep(*lasting) }

// settle waits until each client has been answered well, with no failure in between.
func (r *rig) settle(when string) {
	r.t.Helper()
	r.clients.row.Store(0)
	for late := time.Now().Add(patience); r.clients.row.Load() < int64(2**crowd); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			r.t.Errorf("%s requests are not all answered well", when)
			return
		}
	}
}

// admin asks Envoy's admin interface to do something.
func (r *rig) admin(path string) {
	r.t.Helper()
	resp, err := http.Post("http://"+r.envoy.Admin+path, "", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
}
