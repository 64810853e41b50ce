package routing

import (
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Budget is a soft limit on spend: past it, requests take a cheaper pipe. Hard limits are Envoy's.
type Budget struct {
	Name   string
	By     string // "tenant", "route" or "all": whose spend is added up
	Only   string // one tenant or route; "" each on its own
	USD    float64
	Window time.Duration
	Pipe   string
	Limits *Limits
}

// Overrun is a soft limit that was passed, and what follows from it.
type Overrun struct {
	Budget string
	Pipe   string
	Limits *Limits
}

// spenders bounds how many tenants or routes are told apart; those longest unseen are forgotten.
const spenders = 10_000

// Budgets knows which soft limits are passed: from Envoy's rate limit service, which counts for all
// replicas, and from what this replica has spent, which is all there is where no such service runs.
// Losing the sums costs money, never correctness.
type Budgets struct {
	budgets []Budget
	now     func() time.Time
	mu      sync.Mutex
	spent   *lru.Cache[spender, sum]
}

type spender struct {
	budget int
	name   string
}

type sum struct {
	from time.Time
	usd  float64
}

// NewBudgets returns Budgets that read the time from now.
func NewBudgets(budgets []Budget, now func() time.Time) (*Budgets, error) {
	cache, err := lru.New[spender, sum](spenders)
	if err != nil {
		return nil, err
	}
	return &Budgets{budgets: budgets, now: now, spent: cache}, nil
}

// Spent adds what a request of this tenant on this route has cost.
func (b *Budgets) Spent(tenant, route string, usd float64) {
	if b == nil || usd <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.budgets {
		if who, ok := b.budgets[i].counts(tenant, route); ok {
			s := b.current(i, who)
			s.usd += usd
			b.spent.Add(spender{i, who}, s)
		}
	}
}

// Over returns the first soft limit that p's caller has passed, or nil.
func (b *Budgets) Over(p *Prompt) *Overrun {
	if b == nil || len(b.budgets) == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.budgets {
		budget := &b.budgets[i]
		if who, ok := budget.counts(p.Tenant, p.Route); ok && (slices.Contains(p.Overrun, budget.Name) || b.current(i, who).usd >= budget.USD) {
			return &Overrun{Budget: budget.Name, Pipe: budget.Pipe, Limits: budget.Limits}
		}
	}
	return nil
}

// current is the sum of the running window. Windows begin at multiples of their length since 1970, as
// those of the rate limit service do.
func (b *Budgets) current(i int, who string) sum {
	now, window := b.now(), b.budgets[i].Window
	s, ok := b.spent.Get(spender{i, who})
	if !ok || now.Sub(s.from) >= window {
		return sum{from: now.Add(-time.Duration(now.UnixNano() % int64(window)))}
	}
	return s
}

// counts says whether a request falls under the budget, and whose spend it is.
func (b *Budget) counts(tenant, route string) (who string, ok bool) {
	switch b.By {
	case "tenant":
		who = tenant
	case "route":
		who = route
	default:
		return "", true
	}
	return who, who != "" && (b.Only == "" || b.Only == who)
}
