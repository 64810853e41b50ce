package classifier

import "math"

// Task is what was measured on the rows of one task, shrunk towards the mean of all. A task that is
// given takes the place of what the text tells about the kind of task.
type Task struct {
	Rows   int     `json:"rows"`
	Weak   float64 `json:"weak"`   // mean outcome of the small model
	Strong float64 `json:"strong"` // mean outcome of the large model
	Kind   string  `json:"kind"`
	// What the log odds are moved by, so that over an operator's own rows the chances come out as
	// measured; nought for what comes from training alone.
	WeakShift   float64 `json:"weak_shift,omitempty"`
	StrongShift float64 `json:"strong_shift,omitempty"`
}

// shift moves the chances; what the large model adds moves with them.
func (t *Task) shift(weak, strong, need float64) (w, s, n float64) {
	if t.WeakShift == 0 && t.StrongShift == 0 {
		return weak, strong, need
	}
	w, s = moved(weak, t.WeakShift), moved(strong, t.StrongShift)
	return w, s, need + (s - w) - (strong - weak)
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
