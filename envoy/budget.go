package envoy

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Budget is a limit on spend: a hard one, a soft one, or both.
type Budget struct {
	Name    string
	By      string        // tenant, route or all
	Only    string        // one tenant or route; "" for each on its own
	USD     float64       // past it: 429; 0 for none
	SoftUSD float64       // past it Ockham is told, and takes its cheaper way; 0 for none
	Window  time.Duration // a second, minute, hour, day, week or 30 days
}

// limit is one of a budget's two, as the rate limit service keeps it.
type limit struct {
	Budget
	Kind string // the key of its descriptor: budget or soft
	USD  float64
}

// limits lists what the rate limit service is asked about.
func (b Budget) limits() []limit {
	var list []limit
	if b.USD > 0 {
		list = append(list, limit{b, "budget", b.USD})
	}
	if b.SoftUSD > 0 {
		list = append(list, limit{b, "soft", b.SoftUSD})
	}
	return list
}

// Micro is the limit in millionths of a dollar, which is what the rate limit service counts.
func (l limit) Micro() int64 { return int64(math.Round(l.USD * 1e6)) }

// Soft limits are only reported.
func (l limit) Soft() bool { return l.Kind == "soft" }

// Unit is the rate limit service's word for the window.
func (b Budget) Unit() string { return units()[b.Window] }

func units() map[time.Duration]string {
	const day = 24 * time.Hour
	return map[time.Duration]string{
		time.Second: "second", time.Minute: "minute", time.Hour: "hour", day: "day", 7 * day: "week", 30 * day: "month",
	}
}

func (b Budget) validate() error {
	limits := b.limits()
	switch {
	case b.By != "tenant" && b.By != "route" && b.By != "all":
		return fmt.Errorf("budget %s: Envoy cannot add up by %q; only by tenant, by route, or all", b.Name, b.By)
	case b.Unit() == "":
		return fmt.Errorf("budget %s: a window of %s is none that the rate limit service knows; take 1s, 1m, 1h, 24h, 168h or 720h", b.Name, b.Window)
	case len(limits) == 0:
		return fmt.Errorf("budget %s limits nothing", b.Name)
	}
	for _, l := range limits {
		if l.Micro() < 1 || l.Micro() > math.MaxUint32 {
			return fmt.Errorf("budget %s: $%g is not within $0.000001 and $4294 a window", b.Name, l.USD)
		}
	}
	return nil
}

// limitsOf lists the limits of all budgets.
func limitsOf(budgets []Budget) []limit {
	var list []limit
	for _, b := range budgets {
		list = append(list, b.limits()...)
	}
	return list
}

// RateLimitYAML renders the configuration of envoyproxy/ratelimit.
func RateLimitYAML(budgets []Budget) ([]byte, error) {
	if len(budgets) == 0 {
		return nil, errors.New("the configuration has no budget")
	}
	for _, b := range budgets {
		if err := b.validate(); err != nil {
			return nil, err
		}
	}
	return execute("ratelimit.yaml.tmpl", limitsOf(budgets))
}
