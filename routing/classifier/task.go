package classifier

// Task is what was measured on the rows of one task, shrunk towards the mean of all.
type Task struct {
	Rows   int     `json:"rows"`
	Weak   float64 `json:"weak"`   // mean outcome of the small model
	Strong float64 `json:"strong"` // mean outcome of the large model
	Kind   string  `json:"kind"`
	// What the model says of these texts on average when it is not told the task.
	WeakGuess   float64 `json:"weak_guess"`   // log odds
	StrongGuess float64 `json:"strong_guess"` // log odds
	NeedGuess   float64 `json:"need_guess"`
}

// withTask replaces what the text tells about the kind of task by what was measured on the task; what
// the text tells apart within the task is kept, as far as training found it to hold.
func (m *Model) withTask(s *Score, t Task) {
	keep := m.header.Within
	s.Weak = sigmoid(logit(t.Weak) + keep*(logit(s.Weak)-t.WeakGuess))
	s.Strong = sigmoid(logit(t.Strong) + keep*(logit(s.Strong)-t.StrongGuess))
	s.Need = t.Strong - t.Weak + keep*(s.Need-t.NeedGuess)
	if t.Kind != "" {
		s.Kind = t.Kind
	}
}

// Tasks lists the tasks that the model knows.
func (m *Model) Tasks() map[string]Task { return m.header.Tasks }
