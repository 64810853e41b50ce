package replay

import (
	"context"

	"ockham/routing"
)

// Policy is what is replayed.
type Policy struct {
	Name   string
	Router *routing.Router
}

// played is what a policy would have made of one request, in expectation.
type played struct {
	pipe, strategy, first string
	unservable            bool
	askJudge              bool // the judge would be asked, and nobody knows what it would say
	costUSD, largestUSD   float64
	millis                float64
	timed                 bool // millis are known
	recorded              bool // attempts are, which tells escalates and millis
	escalates             float64
	quality               float64
	known                 bool // quality is
}

// play decides about c and follows the cascade: with what is known of the models on this request, and
// with the ledger's averages where it did not try them.
func play(p *Policy, c *Case, f *facts) played {
	plan, err := decide(p.Router, c)
	if err != nil {
		return played{unservable: true}
	}
	out := played{pipe: plan.Pipe, strategy: plan.Strategy, askJudge: wouldAsk(plan), recorded: c.Recorded, timed: c.Recorded}
	if len(plan.Models) > 0 {
		out.first = plan.Models[0].Name
		out.escalates = 1 - f.accepts(c, plan.Models[0].ID)
	}
	out.quality, out.known = quality(p.Router, plan, c, f)
	if c.Tokens == (routing.Tokens{}) {
		out.estimate(plan, c)
		return out
	}
	out.follow(plan, c, f)
	return out
}

// decide lets the judge say what it said then; without that, it is not asked.
func decide(r *routing.Router, c *Case) (*routing.Plan, error) {
	prompt := *c.Prompt
	if c.Opinion == "" {
		return r.Explain(&prompt)
	}
	return r.Plan(context.WithValue(context.Background(), opinionKey{}, c), &prompt)
}

type opinionKey struct{}

// Judge answers the judge's question with what the ledger says it answered.
type Judge struct{}

// Ask is told the request by the context.
func (Judge) Ask(ctx context.Context, _ *routing.Model, _ routing.Question) (routing.Reply, error) {
	c, ok := ctx.Value(opinionKey{}).(*Case)
	if !ok {
		return routing.Reply{}, errNoRequest
	}
	return routing.Reply{Text: c.Opinion, Tokens: c.Judge}, nil
}

func wouldAsk(p *routing.Plan) bool {
	for _, s := range p.Steps {
		if s.Step == "judge" && s.Result == "would be asked" {
			return true
		}
	}
	return false
}

// estimate is for requests whose answers nobody has seen.
func (out *played) estimate(p *routing.Plan, c *Case) {
	out.timed = false
	out.costUSD = p.ExpectedCostUSD
	if p.Largest != nil {
		out.largestUSD = routing.CallCost(p.Largest, c.Prompt, &p.Features)
	}
}

// follow adds up attempts, each as often as all before it fail.
func (out *played) follow(p *routing.Plan, c *Case, f *facts) {
	for _, charge := range p.Charges {
		out.costUSD += charge.CostUSD
	}
	if p.Largest != nil {
		out.largestUSD = p.Largest.Price.Cost(c.Tokens)
	}
	out.millis = c.overhead()
	reach := 1.0
	for i, m := range p.Models {
		if reach == 0 || (p.Limits.Attempts > 0 && i >= p.Limits.Attempts) {
			return
		}
		millis, ok := f.millis(c, m.ID)
		out.timed = out.timed && ok
		out.millis += reach * millis
		out.costUSD += reach * m.Price.Cost(c.Tokens)
		reach *= 1 - f.accepts(c, m.ID)
	}
}

// overhead is the time that no attempt took: deciding, Envoy, the way.
func (c *Case) overhead() float64 {
	rest := c.Millis
	for _, a := range c.Attempts {
		rest -= a.Millis
	}
	return max(rest, 0)
}

// quality is known where a data row tells the outcome of the model tried first, or where feedback
// judged the answer of the model that would have answered.
func quality(r *routing.Router, p *routing.Plan, c *Case, f *facts) (float64, bool) {
	if len(p.Models) == 0 {
		return 0, false
	}
	if c.Small != nil {
		return outcome(r, p.Models[0], c), true
	}
	score, ok := f.scores[c.ID]
	return score, ok && answers(p, c) == c.Served
}

// outcome of a model on a data row: by its name where the row has it; else the cheapest model of the
// cheapest pipe stands for the small one, and every other for the large one.
func outcome(r *routing.Router, m *routing.Model, c *Case) float64 {
	for _, name := range []string{m.Name, m.ID} {
		if v, ok := c.Names[name]; ok {
			return v
		}
	}
	if pipes := r.Pipes(); len(pipes) > 0 && pipes[0].Models[0] == m {
		return *c.Small
	}
	return *c.Large
}

// answers is the id of the model that would have answered, as far as this request tells: "" otherwise.
func answers(p *routing.Plan, c *Case) string {
	for _, m := range p.Models {
		tried := false
		for _, a := range c.Attempts {
			if a.Model == m.ID {
				tried = true
				if a.Accepted {
					return m.ID
				}
			}
		}
		if !tried {
			return ""
		}
	}
	return c.Served // every model failed, and the last answer was sent all the same
}
