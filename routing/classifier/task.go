package classifier

// Task is what was measured on the rows of one task, shrunk towards the mean of all. A task that is
// given takes the place of what the text tells about the kind of task.
type Task struct {
	Rows   int     `json:"rows"`
	Weak   float64 `json:"weak"`   // mean outcome of the small model
	Strong float64 `json:"strong"` // mean outcome of the large model
	Kind   string  `json:"kind"`
}

// Tasks lists the tasks that the model knows by name.
func (m *Model) Tasks() map[string]Task { return m.header.Tasks }
