package envoy_test

import (
	"io"
	"net/http"
	"testing"
)

func TestPlannedRequestReachesBedrock(t *testing.T) {
	got := make(chan string, 1)
	bedrock := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Host + r.URL.Path + " " + string(body)
		io.WriteString(w, "answer")
	})
	e := start(t, &planner{}, bedrock, nil)
	status, body := post(t, e.URL(t)+"/api/v1/generate", `{"prompt":"hello"}`)
	if status != 200 || body != "answer" {
		t.Errorf("client got %d %q, want 200 answer", status, body)
	}
	if got, want := <-got, bedrock+"/model/m/converse planned"; got != want {
		t.Errorf("bedrock got %q, want %q", got, want)
	}
	if n := e.Stat(t, "http.ockham.ext_proc.ockham.rejected_header_mutations"); n != 0 {
		t.Errorf("%d header mutations rejected, want 0", n)
	}
}

func TestConnectionFailureReachesTheService(t *testing.T) {
	p := &planner{}
	e := start(t, p, "127.0.0.1:1", nil)
	if status, body := post(t, e.URL(t)+"/api/v1/generate", "{}"); status != 502 {
		t.Errorf("got %d %s, want 502", status, body)
	}
	for len(p.saw) > 0 {
		if m := <-p.saw; m.GetResponseHeaders() != nil {
			flags := m.Attributes["envoy.filters.http.ext_proc"].GetFields()["response.flags"].GetNumberValue()
			if flags != 32 {
				t.Errorf("the service was told of response flags %v, want 32 (UF)", flags)
			}
			return
		}
	}
	t.Error("the service was not told of the failure")
}
