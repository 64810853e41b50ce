package envoy_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

// dialects are the paths of the clients' languages.
var dialects = map[string]string{
	"generate": "/api/v1/generate", "openai": "/v1/chat/completions", "anthropic": "/v1/messages", "converse": "/model/auto/converse",
}

// wantReply writes the body that a dialect's clients expect of an error.
func wantReply(dialect, id, code, message, openai, anthropic string) any {
	switch dialect {
	case "openai":
		return map[string]any{"error": map[string]any{"message": message, "type": openai, "param": nil, "code": code}}
	case "anthropic":
		return map[string]any{"type": "error", "error": map[string]any{"type": anthropic, "message": message}, "request_id": id}
	case "converse":
		return map[string]any{"message": message}
	}
	return map[string]any{"error": map[string]any{"code": code, "message": message, "request_id": id}}
}

func TestEnvoysOwnRepliesSpeakTheClientsDialect(t *testing.T) {
	answers := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "answer") }
	// breaks off sends headers and half a body, and closes the connection.
	breaksOff := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-length", "100")
		io.WriteString(w, "half")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	tests := map[string]struct {
		bedrock                                    http.HandlerFunc
		planner                                    *planner
		body                                       string
		change                                     func(*envoy.Params)
		status                                     int
		code, message, openai, anthropic, bedrock2 string
	}{
		"too large": {
			bedrock: answers, planner: &planner{}, body: strings.Repeat("x", 40<<10), status: 413,
			change: func(p *envoy.Params) { p.BodyLimit = 32 << 10 },
			code:   "too_large", message: "the request is larger than this gateway takes",
			openai: "invalid_request_error", anthropic: "request_too_large", bedrock2: "ValidationException",
		},
		"the service is away": {
			bedrock: answers, planner: &planner{}, body: "x", status: 503,
			change: func(p *envoy.Params) { p.Processor = "127.0.0.1:1" },
			code:   "unavailable", message: "the service is not available now; try again later",
			openai: "server_error", anthropic: "overloaded_error", bedrock2: "ServiceUnavailableException",
		},
		"nothing was planned": {
			bedrock: answers, planner: &planner{authority: "elsewhere.example.com"}, body: "x", status: 500,
			code: "internal", message: "the gateway failed",
			openai: "server_error", anthropic: "api_error", bedrock2: "InternalServerException",
		},
		"the answer breaks off inside the hold": {
			bedrock: breaksOff, planner: &planner{hold: true}, body: "x", status: 502,
			code: "upstream_failed", message: "the answer of the model broke off",
			openai: "server_error", anthropic: "api_error", bedrock2: "ModelErrorException",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := start(t, tt.planner, serve(t, tt.bedrock), tt.change)
			for dialect, path := range dialects {
				res := envoytest.Post(t, e.URL(t)+path+"?q=1", tt.body)
				defer res.Body.Close()
				if res.StatusCode != tt.status {
					t.Errorf("%s: got status %d, want %d", dialect, res.StatusCode, tt.status)
				}
				var got any
				if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
					t.Errorf("%s: body is no JSON: %v", dialect, err)
				}
				want := wantReply(dialect, res.Header.Get("x-request-id"), tt.code, tt.message, tt.openai, tt.anthropic)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: body (-want +got):\n%s", dialect, diff)
				}
				errorType := map[string]string{"converse": tt.bedrock2}[dialect]
				if got := res.Header.Get("x-amzn-errortype"); got != errorType {
					t.Errorf("%s: got x-amzn-errortype %q, want %q", dialect, got, errorType)
				}
			}
		})
	}
}
