package emulator

// outcomes are known prompts and how models answer them.
type outcomes struct{}

func loadOutcomes(files []string, rates string) (*outcomes, error) { return &outcomes{}, nil }

func (o *outcomes) find(q *question) (answer, bool) { return answer{}, false }

func (o *outcomes) judge(q *question) (right, known bool) { return false, false }
