package faults

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts what became of requests.
type tally struct {
	Sent, Well, Errors, Cut, Lost, Twice int

	why map[string]int // of what was not answered well
}

func (c *tally) add(o outcome, why string) {
	c.Sent++
	switch o {
	case well:
		c.Well++
		return
	case clear:
		c.Errors++
	case cut:
		c.Errors++
		c.Cut++
	case lost:
		c.Lost++
	case twice:
		c.Twice++
	}
	if c.why == nil {
		c.why = map[string]int{}
	}
	c.why[why]++
}

// outcome is what became of one request.
type outcome int

const (
	well  outcome = iota
	clear         // an error that says what is wrong
	cut           // a connection or stream that broke, which its client can tell
	lost          // an answer that looks whole and is not, an error that says nothing, or nothing at all
	twice         // more than one answer
)

// clients send requests all the time, plain and streamed, over HTTP/1.1 and HTTP/2.
type clients struct {
	url   atomic.Pointer[string]
	stop  chan struct{}
	all   sync.WaitGroup
	count atomic.Int64
	row   atomic.Int64 // answered well without a break

	mu    sync.Mutex
	tally tally
}

// hung is when a request counts as lost: long after every deadline of the gateway.
const hung = 90 * time.Second

func newClients(url string, n int) *clients {
	c := &clients{stop: make(chan struct{})}
	c.url.Store(&url)
	for i := range n {
		c.all.Go(func() { c.work(i) })
	}
	return c
}

// end stops all clients and tells what became of their requests.
func (c *clients) end() tally {
	close(c.stop)
	c.all.Wait()
	c.tally.Twice += unsolicited.take()
	return c.tally
}

func (c *clients) work(i int) {
	transport := &http.Transport{DisableCompression: true}
	if i%2 == 1 {
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
	}
	defer transport.CloseIdleConnections()
	for n := 0; ; n++ {
		select {
		case <-c.stop:
			return
		default:
		}
		q := question{id: c.count.Add(1), stream: (i/2+n)%2 == 1}
		o, why := q.ask(&http.Client{Transport: transport}, *c.url.Load())
		c.note(o, why)
		if o != well { // nobody asks again at once
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func (c *clients) note(o outcome, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.add(o, why)
	if o == well {
		c.row.Add(1)
	} else {
		c.row.Store(0)
	}
}

// question is one request. Its id stands in every sentence, and so in every answer.
type question struct {
	id     int64
	stream bool
}

func (q question) mark() string { return fmt.Sprintf("X%dX", q.id) }

func (q question) body() string {
	sentence := "Order " + q.mark() + " left the house on day %d of the week. "
	prompt := "Summarise this. "
	for day := 1; day <= 6; day++ {
		prompt += fmt.Sprintf(sentence, day)
	}
	b, _ := json.Marshal(map[string]any{"prompt": prompt, "stream": q.stream})
	return string(b)
}

func (q question) ask(client *http.Client, url string) (outcome, string) {
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v1/generate", strings.NewReader(q.body()))
	if err != nil {
		return lost, err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return broken(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return broken(err)
	case resp.StatusCode != http.StatusOK:
		return failed(resp.StatusCode, body)
	case q.stream:
		return q.streamed(body)
	}
	return q.plain(body)
}

// broken tells a connection that broke from one on which nothing happens any more.
func broken(err error) (outcome, string) {
	if errors.Is(err, context.DeadlineExceeded) {
		return lost, "nothing for " + hung.String()
	}
	return cut, "connection"
}

// failed reads the body of an error, which must say what is wrong.
func failed(status int, body []byte) (outcome, string) {
	var e struct {
		Error struct {
			Code    string
			Message string
		}
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Error.Code == "" || e.Error.Message == "" {
		return lost, fmt.Sprintf("status %d that says nothing: %.100q", status, body)
	}
	return clear, fmt.Sprintf("%d %s: %s", status, e.Error.Code, e.Error.Message)
}

func (q question) plain(body []byte) (outcome, string) {
	d := json.NewDecoder(bytes.NewReader(body))
	var answer struct {
		Text string
		Stop string `json:"stop_reason"`
	}
	if err := d.Decode(&answer); err != nil {
		return lost, fmt.Sprintf("200 with %.100q", body)
	}
	if d.More() {
		return twice, "more than one object"
	}
	return q.judge(answer.Text, answer.Stop)
}

// judge looks whether a text is the answer to this question, and whole.
func (q question) judge(text, stop string) (outcome, string) {
	switch {
	case stop == "" || !strings.HasSuffix(strings.TrimSpace(text), "week."):
		return lost, fmt.Sprintf("an answer that ends with %.20q, stopped by %q", text[max(0, len(text)-20):], stop)
	case !strings.Contains(text, q.mark()) || strings.Count(text, "Order X") != strings.Count(text, q.mark()):
		return twice, fmt.Sprintf("another request's answer: %.100q", text)
	}
	return well, ""
}

func (q question) streamed(body []byte) (outcome, string) {
	var text, stop, kind string
	ends := 0
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			kind = name
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		switch kind {
		case "error":
			return failed(0, []byte(data))
		case "done":
			ends++
			var last struct {
				Stop string `json:"stop_reason"`
			}
			_ = json.Unmarshal([]byte(data), &last)
			stop = last.Stop
		case "delta":
			if ends > 0 {
				return twice, "text after the end"
			}
			var piece struct{ Text string }
			_ = json.Unmarshal([]byte(data), &piece)
			text += piece.Text
		}
	}
	if ends > 1 {
		return twice, "two ends"
	}
	return q.judge(text, stop)
}

// unsolicited counts answers that nobody asked for, by what net/http says of them.
var unsolicited = &extraAnswers{}

type extraAnswers struct{ n atomic.Int64 }

func (e *extraAnswers) Write(b []byte) (int, error) {
	// Envoy says 408 on a connection that has sent nothing for long; that is none.
	if bytes.Contains(b, []byte("Unsolicited response")) && !bytes.Contains(b, []byte("408")) {
		e.n.Add(1)
	}
	return len(b), nil
}

func (e *extraAnswers) take() int { return int(e.n.Swap(0)) }
