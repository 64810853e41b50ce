package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Running is what an Envoy's admin interface tells.
type Running struct {
	Config   []byte // config_dump
	Version  string
	Counters map[string]int // the filter's, by their last word
}

// Fetch asks the admin interface at a URL.
func Fetch(ctx context.Context, url string) (*Running, error) {
	url = strings.TrimSuffix(url, "/")
	config, err := get(ctx, url+"/config_dump")
	if err != nil {
		return nil, err
	}
	info, err := get(ctx, url+"/server_info")
	if err != nil {
		return nil, err
	}
	var server struct{ Version string }
	if err := json.Unmarshal(info, &server); err != nil {
		return nil, fmt.Errorf("%s/server_info: %w", url, err)
	}
	stats, err := get(ctx, url+"/stats?usedonly&filter=ext_proc")
	if err != nil {
		return nil, err
	}
	return &Running{Config: config, Version: server.Version, Counters: counters(string(stats))}, nil
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxInput+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %s; is this Envoy's admin interface?", url, res.Status)
	}
	return body, nil
}

// counters adds up the statistics of one name, whatever listener they are of.
func counters(stats string) map[string]int {
	sums := map[string]int{}
	for line := range strings.Lines(stats) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		var n int
		if _, err := fmt.Sscan(value, &n); !ok || err != nil {
			continue
		}
		sums[name[strings.LastIndex(name, ".")+1:]] += n
	}
	return sums
}

// symptoms are counters of the filter that stay 0 where all is well.
var symptoms = []struct{ counter, trap, what string }{
	{"rejected_header_mutations", "mutation-rules", "Envoy has refused %d changes of headers"},
	{"spurious_msgs_received", "mode-response-body", "Envoy took %d messages of the service for misplaced"},
	{"message_timeouts", "message-timeout", "the service was too late %d times"},
	{"failure_mode_allowed", "fail-open", "%d requests went on without the service"},
}

// Symptoms are findings in the counters of a running Envoy.
func (run *Running) Symptoms() []Finding {
	r := &report{}
	for _, s := range symptoms {
		if n := run.Counters[s.counter]; n > 0 {
			r.add(s.trap, node{path: "stats." + s.counter}, s.what, n)
		}
	}
	return r.sorted()
}
