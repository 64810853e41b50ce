package main

import (
	"bufio"
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
	first   []time.Duration // until the first byte of the answer's body, sorted
	pieces  int             // lines of server-sent data that came
	elapsed time.Duration
}

// newClient is the load generator's: as many connections as clients, kept open.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true}}
}

// run loads for a while: every client sends its next request as soon as it has the answer.
func (l *load) run(ctx context.Context, client *http.Client, length time.Duration) (*loaded, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([]loaded, l.clients)
	start := time.Now()
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() {
			for time.Since(start) < length && ctx.Err() == nil {
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
		total.pieces += all[i].pieces
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
	body := bufio.NewReader(resp.Body)
	if _, err := body.Peek(1); err != nil {
		return fmt.Errorf("%s: an answer without a body: %w", l.url, err)
	}
	to.first = append(to.first, time.Since(begin))
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(body)
		return fmt.Errorf("%s: status %d: %s", l.url, resp.StatusCode, text)
	}
	if err := to.read(body); err != nil {
		return fmt.Errorf("%s: %w", l.url, err)
	}
	to.took = append(to.took, time.Since(begin))
	return nil
}

var sseData = []byte("data: ")

// read takes the rest of an answer and counts the events of a stream.
func (r *loaded) read(body *bufio.Reader) error {
	for {
		line, err := body.ReadSlice('\n')
		if bytes.HasPrefix(line, sseData) {
			r.pieces++
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// quantile of sorted times, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
}
