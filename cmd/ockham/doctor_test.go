package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDoctorsExitCode(t *testing.T) {
	clean, errs, code := ockham(t, "", "render", "envoy")
	if code != 0 {
		t.Fatal(errs)
	}
	file := tempFile(t, "envoy.yaml", clean)
	broken := strings.Replace(clean, "failure_mode_allow: false", "failure_mode_allow: true", 1)
	tests := map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"clean":          {"", []string{file}, 0, "nothing found"},
		"broken":         {broken, []string{"-"}, 1, "fail-open"},
		"too old":        {"", []string{"--envoy-version", "1.35.0", file}, 1, "version"},
		"no file":        {"", []string{file + "x"}, 2, ""},
		"unreadable":     {"a: [", []string{"-"}, 2, ""},
		"something else": {"a: 1", []string{"-"}, 2, ""},
		"no argument":    {"", nil, 2, ""},
		"no admin there": {"", []string{"http://127.0.0.1:1"}, 2, ""},
		"no envoy there": {"", []string{"--live", "http://127.0.0.1:1"}, 1, "FAIL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, errs, code := ockham(t, tt.stdin, append([]string{"doctor"}, tt.args...)...)
			if code != tt.code || !strings.Contains(out, tt.want) {
				t.Errorf("got exit code %d, output %q, error %s; want %d and %q", code, out, errs, tt.code, tt.want)
			}
			if code == 2 && errs == "" {
				t.Error("got no error text, want one")
			}
		})
	}
}

func TestDoctorWritesJSON(t *testing.T) {
	clean, errs, code := ockham(t, "", "render", "envoy")
	if code != 0 {
		t.Fatal(errs)
	}
	out, _, code := ockham(t, strings.Replace(clean, "message_timeout: 10s", "", 1), "doctor", "--json", "-")
	var got struct {
		Findings []struct{ Trap, Where, What, Harm, Fix string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if code != 1 || len(got.Findings) != 1 || got.Findings[0].Trap != "message-timeout" || got.Findings[0].Fix == "" {
		t.Errorf("got code %d, findings %+v; want 1 and message-timeout alone", code, got.Findings)
	}
}

func TestDoctorProbesWithoutReachingAModel(t *testing.T) {
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		body.ReadFrom(r.Body)
		bodies = append(bodies, r.URL.Path+" "+strings.TrimSpace(body.String()))
		switch {
		case r.Header.Get("authorization") != "Bearer k":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/api/v1/explain":
			w.Write([]byte(`{"plan":{"pipe":"green"}}`))
		case r.Method == "HEAD" || r.Method == "GET":
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(`{"error":{"code":"invalid_request"}}`))
		}
	}))
	defer server.Close()
	if out, _, code := ockham(t, "", "doctor", "--live", server.URL, "--header", "authorization: Bearer k"); code != 0 {
		t.Errorf("got code %d, want 0:\n%s", code, out)
	}
	for _, b := range bodies {
		if strings.HasPrefix(b, "/api/v1/generate") && strings.TrimPrefix(b, "/api/v1/generate ") != "{" && b != "/api/v1/generate " {
			t.Errorf("a probe could have reached a model: %q", b)
		}
	}
	if out, _, code := ockham(t, "", "doctor", "--live", server.URL); code != 1 || !strings.Contains(out, "--header") {
		t.Errorf("without credentials: got code %d, output %q; want 1 and a hint", code, out)
	}
}
