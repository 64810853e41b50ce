package classifier

import "math"

// Task is what was measured on the rows of one task, shrunk towards the mean of all. A task that is
// given takes the place of what the text tells about the kind of task.
type Task struct {
	Rows  int     `json:"rows"`
	Small float64 `json:"weak"`   // mean outcome of the small model
	Large float64 `json:"strong"` // mean outcome of the large model
	Kind  string  `json:"kind"`
	// What the log odds are moved by, so that over an operator's own rows the chances come out as
	// measured; nought for what comes from training alone.
	SmallShift float64 `json:"weak_shift,omitempty"`
	LargeShift float64 `json:"strong_shift,omitempty"`
}

// shift moves the chances; what the large model adds moves with them.
func (t *Task) shift(small, large, need float64) (s, l, n float64) {
	if t.SmallShift == 0 && t.LargeShift == 0 {
		return small, large, need
	}
	s, l = moved(small, t.SmallShift), moved(large, t.LargeShift)
	return s, l, need + (l - s) - (large - small)
}

// moved is chance with its log odds moved.
func moved(chance, by float64) float64 {
	odds := chance / (1 - chance) * math.Exp(by)
	if math.IsInf(odds, 1) {
		return 1
	}
	return odds / (1 + odds)
}

// Tasks lists the tasks that the model knows by name.
func (m *Model) Tasks() map[string]Task { return m.header.Tasks }
