package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load is what a case asks for, again and again.
type load struct {
	url, host string
	body      []byte
	clients   int
}

// loaded is what came of it.
type loaded struct {
	took    []time.Duration // of every request, sorted
	first   []time.Duration // until the first token of a stream, sorted
	tokens  int             // of all streams
	elapsed time.Duration
}

// newClient is the load generator's: as many connections as clients, kept open.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true}}
}

// run loads for a while: every client sends its next request as soon as it has the answer, and at least one.
func (l *load) run(ctx context.Context, client *http.Client, length time.Duration) (*loaded, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([]loaded, l.clients)
	start := time.Now()
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() {
			for ok := true; ok; ok = time.Since(start) < length && ctx.Err() == nil {
				if err := l.ask(ctx, client, &all[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	total := &loaded{elapsed: time.Since(start)}
	for i := range all {
		total.took = append(total.took, all[i].took...)
		total.first = append(total.first, all[i].first...)
		total.tokens += all[i].tokens
	}
	slices.Sort(total.took)
	slices.Sort(total.first)
	return total, context.Cause(ctx)
}

// ask sends one request and reads its answer to the end.
func (l *load) ask(ctx context.Context, client *http.Client, to *loaded) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(l.body))
	if err != nil {
		return err
	}
	req.Host = l.host
	req.Header.Set("content-type", "application/json")
	begin := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: status %d: %s", l.url, resp.StatusCode, text)
	}
	if err := to.read(resp.Body, begin); err != nil {
		return fmt.Errorf("%s: %w", l.url, err)
	}
	to.took = append(to.took, time.Since(begin))
	return nil
}

// What a token of a stream begins with: as an event of Ockham's, and as Bedrock's.
var (
	ourToken     = []byte("event: delta")
	bedrockToken = []byte("contentBlockDelta")
)

// read takes the rest of an answer and looks for the tokens of a stream. One that a read cuts in two is not
// counted.
func (r *loaded) read(body io.Reader, begin time.Time) error {
	buf := make([]byte, 16<<10)
	begun := false
	for {
		n, err := body.Read(buf)
		tokens := bytes.Count(buf[:n], ourToken) + bytes.Count(buf[:n], bedrockToken)
		if tokens > 0 && !begun {
			begun = true
			r.first = append(r.first, time.Since(begin))
		}
		r.tokens += tokens
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// quantile of sorted times, in milliseconds; 0 where there are none.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
}
