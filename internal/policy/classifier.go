package policy

import (
	"fmt"
	"os"

	"ockham/routing"
	"ockham/routing/classifier"
)

// Classifier loads the model in file, or the one built in where file is "", as a Deps.Scorer.
func Classifier(file string, aim float64) (routing.Scorer, error) {
	m, err := model(file)
	if err != nil {
		return nil, err
	}
	return scorer{m, m.Threshold(aim)}, nil
}

func model(file string) (*classifier.Model, error) {
	if file == "" {
		return classifier.Default(), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	defer f.Close()
	return classifier.Load(f)
}

// scorer is a classifier with the gain from which a large model is worth it.
type scorer struct {
	model *classifier.Model
	worth float64
}

// Score asks the model.
func (s scorer) Score(text, task string) routing.Score {
	got := s.model.Score(text, task)
	return routing.Score{SmallOK: got.Small, Gain: got.Need, Worth: s.worth, Unsure: got.Unsure}
}

// Classifier names the model that decides by its checksum, which the report of its training tells too;
// "" where there is none.
func (p *Policy) Classifier() string {
	if s, ok := p.scorer.(scorer); ok {
		return s.model.Checksum()
	}
	return ""
}
