package gateway

import (
	"net/http"
	"sync"
	"time"

	"ockham/bedrock"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/routing"
)

const (
	// lostAfter failed connections in a row, a region counts as lost.
	lostAfter = 5
	// lostFor is how long requests then start in another region, but for one that finds out.
	lostFor = 10 * time.Second
)

// regions are those of the configuration, the first attempt's first.
type regions []*region

// region is one of Bedrock's, as the service calls it.
type region struct {
	name, host string
	client     *bedrock.Client
	reach      reach
}

// newRegions prepares a client for every region of the configuration.
func newRegions(c *config.Bedrock, signer *bedrock.Signer, transport *http.Client) (regions, error) {
	var all regions
	for _, name := range append([]string{c.Region}, c.Failover...) {
		h, err := host(c, name)
		if err != nil {
			return nil, err
		}
		base := endpoint(c, name)
		if c.Egress != "" {
			base = "http://" + h // Envoy starts TLS
		}
		r := &region{name: name, host: h, client: bedrock.NewClient(name, base, signer, transport)}
		if c.RouteHost != "" { // then what Envoy sends can only go to that one region
			r.host, r.reach.fixed = c.RouteHost, true
		}
		all = append(all, r)
	}
	return all, nil
}

// inOrder lists the regions as a request should try them: lost ones last.
func (all regions) inOrder(now time.Time) regions {
	order := make(regions, 0, len(all))
	var lost regions
	for _, r := range all {
		switch {
		case len(order) == 0 && r.reach.take(now), len(order) > 0 && !r.reach.lost(now):
			order = append(order, r)
		default:
			lost = append(lost, r)
		}
	}
	return append(order, lost...)
}

// nearest is the region for calls that are not a client's: the judge's, the verifier's.
func (all regions) nearest(now time.Time) *region {
	for _, r := range all {
		if !r.reach.lost(now) {
			return r
		}
	}
	return all[0]
}

// heard learns from a request that ended which regions could be reached.
func (all regions) heard(o *extproc.Outcome, now time.Time) {
	for _, a := range o.Attempts {
		for _, r := range all {
			if r.name == a.Region {
				r.reach.heard(a.Reason == routing.ReasonConnection, now)
			}
		}
	}
}

// reach remembers whether a region can be reached. Forgetting it costs a failed attempt, no answer.
type reach struct {
	fixed bool

	mu       sync.Mutex
	failures int       // in a row
	until    time.Time // before it nobody tries, once there are enough failures
}

func (r *reach) heard(failed bool, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !failed {
		r.failures = 0
		return
	}
	if r.failures++; r.failures == lostAfter {
		r.until = now.Add(lostFor)
	}
}

func (r *reach) lost(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.fixed && r.failures >= lostAfter && now.Before(r.until)
}

// take tells whether a request may start here. Of those that come when the pause is over one may, and
// the others wait for what it finds.
func (r *reach) take(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fixed || r.failures < lostAfter {
		return true
	}
	if now.Before(r.until) {
		return false
	}
	r.until = now.Add(lostFor)
	return true
}
