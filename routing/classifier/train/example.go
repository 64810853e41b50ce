// Package train makes classifier models from recorded outcomes.
package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
)

// Example is one prompt and what came of it.
type Example struct {
	Text    string
	Task    string
	Kind    string
	Source  string // where the row comes from; peers are compared within a source
	Cluster string // near-duplicates share one and are never split between training and measuring

	// Small and Large are the outcomes, 0 to 1; NaN where the model was not tried.
	Small, Large float64
	// Peers are outcomes of other models on the same prompt, by name. Training uses them to tell
	// chance from difficulty; they are optional.
	Peers map[string]float64
	// SmallWeight and LargeWeight say how much the outcomes count, 1 where every prompt is tried.
	SmallWeight, LargeWeight float64
}

// Config is everything that decides what training makes of the rows.
type Config struct {
	Seed    uint64   `json:"seed"`
	Folds   int      `json:"folds"`    // for outcomes of texts that a model has not seen
	Steps   int      `json:"steps"`    // of the solver
	MinRows int      `json:"min_rows"` // a word counts from this many texts
	Shrink  float64  `json:"shrink"`   // rows that the mean of all counts for beside a task's own
	Noisy   int      `json:"noisy"`    // copies of every text with noise around it
	Peers   float64  `json:"peers"`    // share of the target that peers explain, 0 to 1
	Penalty Penalty  `json:"penalty"`
	Boost   Boost    `json:"boost"`
	Aim     float64  `json:"aim"`             // centre of the unsure band
	Leave   []string `json:"leave,omitempty"` // sources that are not trained on
}

// Penalty is the penalty on weights for each kind of target.
type Penalty struct {
	Task    float32 `json:"task"`
	Outcome float32 `json:"outcome"`
	Benefit float32 `json:"benefit"`
	Kind    float32 `json:"kind"`
}

// Defaults is the configuration of the model that ships.
func Defaults() Config {
	return Config{
		Seed: 1, Folds: 5, Steps: 10, MinRows: 2, Shrink: 20, Noisy: 1, Peers: 0.7, Aim: 0.98,
		Penalty: Penalty{Task: 2, Outcome: 10, Benefit: 15, Kind: 1},
		Boost:   Boost{Trees: 250, Rate: 0.03, Rows: 0.7, Inputs: 0.5, Least: 100, Penalty: 10},
		Leave:   []string{"bfcl", "routerbench"},
	}
}

// Validate reports the first setting that cannot be.
func (c Config) Validate() error {
	switch {
	case c.Folds < 2:
		return fmt.Errorf("folds: %d, need at least 2", c.Folds)
	case c.Steps < 1:
		return fmt.Errorf("steps: %d, need at least 1", c.Steps)
	case c.Noisy < 0 || c.Noisy > 10:
		return fmt.Errorf("noisy: %d, need 0 to 10", c.Noisy)
	case c.Peers < 0 || c.Peers > 1:
		return fmt.Errorf("peers: %g, need 0 to 1", c.Peers)
	case c.Aim <= 0 || c.Aim > 1:
		return fmt.Errorf("aim: %g, need more than 0 and at most 1", c.Aim)
	case c.Penalty.Task <= 0 || c.Penalty.Outcome <= 0 || c.Penalty.Benefit <= 0 || c.Penalty.Kind <= 0:
		return fmt.Errorf("penalty: every penalty must be above 0")
	}
	return nil
}

// Checksum names the data: the SHA-256 of all that training reads of the rows, in their order.
func Checksum(rows []Example) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, r := range rows {
		small, large := "?", "?"
		if !math.IsNaN(r.Small) {
			small = fmt.Sprint(r.Small, r.SmallWeight)
		}
		if !math.IsNaN(r.Large) {
			large = fmt.Sprint(r.Large, r.LargeWeight)
		}
		_ = enc.Encode([]any{r.Text, r.Task, r.Kind, r.Source, r.Cluster, small, large, r.Peers}) // a hash accepts every write
	}
	return hex.EncodeToString(h.Sum(nil))
}
