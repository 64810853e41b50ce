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
