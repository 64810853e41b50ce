package envoy

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Budget is a hard limit on spend.
type Budget struct {
	Name   string
	By     string // tenant or all
	Only   string // one tenant; "" for each on its own
	USD    float64
	Window time.Duration // a second, minute, hour, day, week or 30 days
}

// ByTenant tells whether tenants are added up each on its own.
func (b Budget) ByTenant() bool { return b.By == "tenant" }

// Micro is the limit in millionths of a dollar, which is what the rate limit service counts.
func (b Budget) Micro() int64 { return int64(math.Round(b.USD * 1e6)) }

// Unit is the rate limit service's word for the window.
func (b Budget) Unit() string { return units()[b.Window] }

func units() map[time.Duration]string {
	const day = 24 * time.Hour
	return map[time.Duration]string{
		time.Second: "second", time.Minute: "minute", time.Hour: "hour", day: "day", 7 * day: "week", 30 * day: "month",
	}
}

func (b Budget) validate() error {
	switch {
	case b.By != "tenant" && b.By != "all":
		return fmt.Errorf("budget %s: Envoy cannot add up by %s; only by tenant, or all", b.Name, b.By)
	case b.Unit() == "":
		return fmt.Errorf("budget %s: a window of %s is none that the rate limit service knows; take 1s, 1m, 1h, 24h, 168h or 720h", b.Name, b.Window)
	case b.Micro() < 1 || b.Micro() > math.MaxUint32:
		return fmt.Errorf("budget %s: $%g is not within $0.000001 and $4294 a window", b.Name, b.USD)
	}
	return nil
}

// RateLimitYAML renders the configuration of envoyproxy/ratelimit.
func RateLimitYAML(budgets []Budget) ([]byte, error) {
	if len(budgets) == 0 {
		return nil, errors.New("the configuration has no budget with a hard limit (usd)")
	}
	for _, b := range budgets {
		if err := b.validate(); err != nil {
			return nil, err
		}
	}
	return execute("ratelimit.yaml.tmpl", budgets)
}
