package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Stage is one step of a probe, and how it went.
type Stage struct {
	Name string        `json:"name"`
	OK   bool          `json:"ok"`
	Told string        `json:"told"` // what was seen, or what is wrong and how to mend it
	Took time.Duration `json:"took_ns"`
}

// probes are harmless: none of them reaches a model.
var probes = []struct {
	name         string
	method, path string
	blanks       int // before the body
	body         string
	judge        func(*http.Response, []byte) (bool, string)
}{
	{"Envoy answers", "GET", "/api/v1/generate", 0, "", answers},
	{"the service reads requests", "POST", "/api/v1/generate", 0, "{", refusesBrokenJSON},
	{"a request of 2 MiB gets through", "POST", "/api/v1/generate", 2 << 20, "{", takesLarge},
	{"HEAD is refused", "HEAD", "/api/v1/generate", 0, "", refuses},
	{"a decision can be explained", "POST", "/api/v1/explain", 0, `{"prompt":"Hello"}`, explains},
}

// Live sends requests through an Envoy at a URL, none of which reaches a model, and tells each stage.
// headers are sent along, for authentication.
func Live(ctx context.Context, url string, headers http.Header) []Stage {
	url = strings.TrimSuffix(url, "/")
	var stages []Stage
	for _, p := range probes {
		started := time.Now()
		res, body, err := probe(ctx, p.method, url+p.path, strings.Repeat(" ", p.blanks)+p.body, headers)
		stage := Stage{Name: p.name, Took: time.Since(started)}
		if err != nil {
			stage.Told = err.Error()
		} else {
			stage.OK, stage.Told = p.judge(res, body)
		}
		stages = append(stages, stage)
		if err != nil && len(stages) == 1 {
			break // nobody is there
		}
	}
	return stages
}

func probe(ctx context.Context, method, url, body string, headers http.Header) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = headers.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("content-type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res, answer, err
}

func answers(res *http.Response, _ []byte) (bool, string) {
	if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
		return false, res.Status + ": give credentials with --header"
	}
	return true, res.Status
}

func refusesBrokenJSON(res *http.Response, body []byte) (bool, string) {
	code := errorCode(body)
	switch {
	case res.StatusCode == http.StatusBadRequest && code == "invalid_request":
		return true, "it refused broken JSON: 400 invalid_request"
	case res.StatusCode == http.StatusNotFound:
		return false, "404: the listener has no route, or no ext_proc filter, for /api/v1/generate"
	case res.StatusCode >= 500:
		return false, fmt.Sprintf("%s %s: Envoy does not reach the service, or the filter's mode is wrong; examine the configuration with doctor", res.Status, code)
	}
	return false, fmt.Sprintf("%s %s: broken JSON was not refused with 400 invalid_request; is this Ockham?", res.Status, code)
}

func takesLarge(res *http.Response, body []byte) (bool, string) {
	if res.StatusCode == http.StatusRequestEntityTooLarge {
		told := "413: raise the listener's buffer limit to 32 MiB"
		if errorCode(body) == "" {
			told += "; and the error is no JSON: add the local_reply_config"
		}
		return false, told
	}
	return refusesBrokenJSON(res, body)
}

func refuses(res *http.Response, _ []byte) (bool, string) {
	if res.StatusCode == http.StatusMethodNotAllowed {
		return true, "405"
	}
	return false, res.Status + ": a request without a body must be refused by the service, with 405"
}

func explains(res *http.Response, body []byte) (bool, string) {
	var decision struct {
		Plan struct {
			Pipe   string
			Models []json.RawMessage
		}
	}
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&decision)
	switch {
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusMethodNotAllowed:
		return false, res.Status + ": /api/v1/explain is no route to Ockham's HTTP port, or the filter is on there"
	case res.StatusCode != http.StatusOK || err != nil || decision.Plan.Pipe == "":
		return false, fmt.Sprintf("%s %s", res.Status, errorCode(body))
	}
	return true, fmt.Sprintf("a greeting goes to the pipe %s", decision.Plan.Pipe)
}

// errorCode reads the code of an error in Ockham's shape; "" where it is none.
func errorCode(body []byte) string {
	var e struct{ Error struct{ Code string } }
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.Error.Code
}
