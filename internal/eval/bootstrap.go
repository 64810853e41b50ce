package eval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"sort"
)

// Interval is a figure and where 95 of 100 draws of the rows put it.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Figures are the metrics with intervals.
type Figures struct {
	APGR    Interval `json:"apgr"`
	CPT50   Interval `json:"cpt50"`
	CPT80   Interval `json:"cpt80"`
	Saved95 Interval `json:"saved95"`
	Saved99 Interval `json:"saved99"`
}

// metricOf reads one figure.
var metricOf = map[string]func(Metrics) float64{
	"apgr": func(m Metrics) float64 { return m.APGR }, "cpt50": func(m Metrics) float64 { return m.CPT50 },
	"cpt80": func(m Metrics) float64 { return m.CPT80 }, "saved95": func(m Metrics) float64 { return m.Saved95 },
	"saved99": func(m Metrics) float64 { return m.Saved99 },
}

// Draws are the same draws of the rows for every router, so that differences are not chance. Clusters
// are drawn, not rows: near-duplicates stand or fall together.
type Draws struct{ weights [][]int }

// NewDraws draws n times from seed.
func NewDraws(rows []Row, n int, seed uint64) Draws {
	members := map[string][]int{}
	var names []string
	for i := range rows {
		if members[rows[i].Cluster] == nil {
			names = append(names, rows[i].Cluster)
		}
		members[rows[i].Cluster] = append(members[rows[i].Cluster], i)
	}
	rng := rand.New(rand.NewPCG(seed, 0xb007))
	d := Draws{weights: make([][]int, n)}
	for k := range d.weights {
		w := make([]int, len(rows))
		for range names {
			for _, i := range members[names[rng.IntN(len(names))]] {
				w[i]++
			}
		}
		d.weights[k] = w
	}
	return d
}

// Figures measures a ranking with intervals.
func (d Draws) Figures(r Ranking) Figures {
	drawn := make([]Metrics, len(d.weights))
	for k, w := range d.weights {
		drawn[k] = r.Curve(w).Metrics()
	}
	return figures(r.Curve(nil).Metrics(), drawn)
}

// Macro is the mean over sources: each source's ranking is measured alone, then the figures are averaged.
func (d Draws) Macro(parts [][]int, r func(part []int) Ranking) Figures {
	whole := make([]Metrics, 0, len(parts))
	drawn := make([][]Metrics, len(d.weights))
	for _, part := range parts {
		ranking := r(part)
		whole = append(whole, ranking.Curve(nil).Metrics())
		for k, w := range d.weights {
			drawn[k] = append(drawn[k], ranking.Curve(pick(w, part)).Metrics())
		}
	}
	means := make([]Metrics, len(drawn))
	for k := range drawn {
		means[k] = mean(drawn[k])
	}
	return figures(mean(whole), means)
}

func pick[T any](from []T, which []int) []T {
	out := make([]T, len(which))
	for k, i := range which {
		out[k] = from[i]
	}
	return out
}

// mean averages figures; sources in which the large model is no better have no share of a gap.
func mean(parts []Metrics) Metrics {
	avg := func(of func(Metrics) float64) float64 {
		sum, n := 0.0, 0.0
		for _, m := range parts {
			if v := of(m); !math.IsNaN(v) && !math.IsNaN(m.APGR) {
				sum, n = sum+v, n+1
			}
		}
		return sum / n
	}
	return Metrics{
		APGR: avg(metricOf["apgr"]), CPT50: avg(metricOf["cpt50"]), CPT80: avg(metricOf["cpt80"]),
		Saved95: avg(metricOf["saved95"]), Saved99: avg(metricOf["saved99"]),
	}
}

func figures(whole Metrics, drawn []Metrics) Figures {
	of := func(name string) Interval { return interval(whole, drawn, metricOf[name]) }
	return Figures{of("apgr"), of("cpt50"), of("cpt80"), of("saved95"), of("saved99")}
}

func interval(whole Metrics, drawn []Metrics, of func(Metrics) float64) Interval {
	var values []float64
	for _, m := range drawn {
		if v := of(m); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	v := of(whole)
	if len(values) == 0 {
		return Interval{v, v, v}
	}
	sort.Float64s(values)
	at := func(q float64) float64 { return values[int(q*float64(len(values)-1)+.5)] }
	return Interval{v, at(.025), at(.975)}
}

// MarshalJSON writes a figure that has no meaning on these rows as null.
func (i Interval) MarshalJSON() ([]byte, error) {
	if math.IsNaN(i.Value) {
		return []byte("null"), nil
	}
	return json.Marshal(map[string]float64{"value": i.Value, "low": i.Low, "high": i.High})
}
