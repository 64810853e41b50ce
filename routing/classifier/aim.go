package classifier

import "sort"

// Aim is one setting of the dial: what share of the large model's quality a threshold keeps, as
// measured on training rows by a model that had not seen them.
type Aim struct {
	Aim     float64 `json:"aim"`     // share of the large model's quality
	Need    float64 `json:"need"`    // prompts that need more go to the large model
	Large   float64 `json:"large"`   // share of prompts that did
	Quality float64 `json:"quality"` // mean outcome that came of it
}

// Threshold translates aim, the share of the large model's quality to keep, to the Need above which
// a prompt is worth the large model. Between the measured settings it interpolates.
func (m *Model) Threshold(aim float64) float64 {
	a := m.header.Aims
	i := sort.Search(len(a), func(i int) bool { return a[i].Aim >= aim })
	switch {
	case i == len(a):
		return a[len(a)-1].Need
	case i == 0 || a[i].Aim == aim:
		return a[i].Need
	}
	f := (aim - a[i-1].Aim) / (a[i].Aim - a[i-1].Aim)
	return a[i-1].Need + f*(a[i].Need-a[i-1].Need)
}

// Aims lists the measured settings, by rising aim.
func (m *Model) Aims() []Aim { return m.header.Aims }

// Unsure bounds the scores that the model does not trust.
type Unsure struct {
	Low, High float64 // needs this near the threshold of the model's own aim
	Known     float64 // texts of which training has seen less than this share
}

// unsure applies the band.
func (m *Model) unsure(s Score) bool {
	u := m.header.Unsure
	return s.Known < u.Known || (s.Need > u.Low && s.Need < u.High)
}
