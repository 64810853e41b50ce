package telemetry

import (
	"context"
	"time"
)

// feedback is what a client said of an earlier answer.
type feedback struct {
	id      string
	at      time.Time
	score   float64
	comment string
}

// maxComment bounds a comment in the ledger.
const maxComment = 4 << 10

// Feedback takes note of what a client said of the answer to request id, 0 bad to 1 good. Like
// Observe it never blocks. The comment, text of a client, is kept only where prompts are.
func (t *Telemetry) Feedback(id string, score float64, comment string) {
	f := &feedback{id: id, at: t.cfg.Now(), score: score}
	if t.cfg.Prompts {
		f.comment = comment[:min(len(comment), maxComment)]
	}
	t.enqueue(note{feedback: f})
}

func (t *Telemetry) takeFeedback(f *feedback) {
	pipe := "unknown"
	if r := t.sums.Rate(f.id, f.score); r != nil && r.Plan != nil {
		pipe = r.Plan.Pipe
	}
	t.metrics.rate(pipe, f.score)
	t.write(context.Background(), &Record{
		Version: 1, Kind: "feedback", ID: f.id, Time: f.at.UTC(), Attempts: []AttemptRecord{}, Served: -1,
		Feedback: &FeedbackRecord{Score: f.score, Comment: f.comment},
	})
}
