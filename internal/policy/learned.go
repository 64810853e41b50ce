package policy

import (
	"os"

	"ockham/routing"
)

// rates reads what the ledger has taught of the cascade.
func (b *builder) rates() *routing.Rates {
	name := b.c.Cascade.Rates
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		var rates *routing.Rates
		if rates, err = routing.ReadRates(f); err == nil {
			return rates
		}
	}
	b.unread("cascade.rates", b.deps.Previous != nil && b.deps.Previous.rates != nil, err)
	return nil
}

// unread tells of a learned file that cannot be used. At the start it is done without, which is a warning.
// Later it is a fault wherever the policy before had one, so that the last good one goes on deciding.
func (b *builder) unread(path string, had bool, err error) {
	if had {
		b.faults = append(b.faults, b.c.Fault(path, "%s", err))
		return
	}
	b.p.Warnings = append(b.p.Warnings, b.c.Fault(path, "%s; decided without it", err).String())
}

// scorer loads the classifier. Without one, requests go on to the judge or the fallback.
func (b *builder) scorer() routing.Scorer {
	if b.deps.Scorer == nil {
		return nil
	}
	s, err := b.deps.Scorer(b.c.Classifier.File, b.c.Aim)
	if err != nil {
		b.unread("classifier.file", b.deps.Previous != nil && b.deps.Previous.scorer != nil, err)
		return nil
	}
	return s
}
