package stack

import (
	"ockham/internal/demo"
)

// Runner sends the demo's requests through this stack, and beside it to the largest and the smallest
// model of the policy in force.
func (s *Stack) Runner() *demo.Runner {
	p := s.service.Policy()
	small := p.Router.Models()[0]
	for _, m := range p.Router.Models() {
		if m.Price.Out < small.Price.Out {
			small = m
		}
	}
	return &demo.Runner{
		URL: s.URL, Bedrock: s.service.Client(), Large: p.Router.Largest(), Small: small, Catalogue: p.Bedrock,
	}
}
