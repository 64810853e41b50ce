package admin

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const token = "a-token-that-is-long-enough"

func handler(a Access) http.Handler {
	say := func(s string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) })
	}
	return Handler(Deps{Access: a, Ready: func(context.Context) error { return nil }, Metrics: say("metrics"), Page: say("page")})
}

func do(h http.Handler, method, target string, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhoGetsIn(t *testing.T) {
	const local, foreign = "http://127.0.0.1:8082", "http://rebound.example:8082"
	protected, open := Access{Token: token}, Access{}
	tests := []struct {
		name    string
		access  Access
		method  string
		url     string
		headers map[string]string
		want    int
	}{
		{"loopback", open, "GET", local + "/", nil, 200},
		{"localhost", open, "GET", "http://localhost:8082/", nil, 200},
		{"IPv6 loopback", open, "GET", "http://[::1]:8082/", nil, 200},
		{"a rebound name", open, "GET", foreign + "/", nil, 403},
		{"a rebound name asks for metrics", open, "GET", foreign + "/metrics", nil, 403},
		{"a name that starts like loopback", open, "GET", "http://127.0.0.1.example.com/", nil, 403},
		{"a name that was allowed", Access{Hosts: []string{"Rebound.example"}}, "GET", foreign + "/", nil, 200},
		{"own origin", open, "POST", local + "/", map[string]string{"Origin": local, "Sec-Fetch-Site": "same-origin"}, 200},
		{"another origin", open, "GET", local + "/", map[string]string{"Origin": "http://evil.example"}, 403},
		{"another port is another origin", open, "GET", local + "/", map[string]string{"Origin": "http://127.0.0.1:9999"}, 403},
		{"no origin at all", open, "GET", local + "/", map[string]string{"Origin": "null"}, 403},
		{"another site's script", open, "GET", local + "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"another port's script", open, "GET", local + "/", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403},
		{"another site's frame", open, "GET", local + "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403},
		{"another site's link", open, "GET", local + "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200},
		{"another site's form", open, "POST", local + "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403},
		{"no token", protected, "GET", local + "/", nil, 401},
		{"no token, a browser", protected, "GET", local + "/", map[string]string{"Accept": "text/html"}, 303},
		{"a wrong token", protected, "GET", local + "/", map[string]string{"Authorization": "Bearer " + token + "x"}, 401},
		{"the token", protected, "GET", local + "/", map[string]string{"Authorization": "Bearer " + token}, 200},
		{"the token, by any name", protected, "GET", foreign + "/", map[string]string{"Authorization": "Bearer " + token}, 200},
		{"the token itself as cookie", protected, "GET", local + "/", map[string]string{"Cookie": cookieName + "=" + token}, 401},
		{"metrics without token", protected, "GET", local + "/metrics", nil, 401},
		{"open metrics without token", Access{Token: token, OpenMetrics: true}, "GET", "http://10.0.0.7:8082/metrics", nil, 200},
		{"open metrics, another site", Access{Token: token, OpenMetrics: true}, "GET", local + "/metrics", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"probes need nothing", protected, "GET", "http://10.0.0.7:8082/healthz", nil, 200},
		{"nor does readiness", protected, "GET", "http://10.0.0.7:8082/readyz", nil, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := do(handler(test.access), test.method, test.url, test.headers)
			if got.Code != test.want {
				t.Errorf("got %d, want %d: %s", got.Code, test.want, got.Body)
			}
			if allowed := got.Header().Get("Access-Control-Allow-Origin"); allowed != "" {
				t.Errorf("another origin may read: Access-Control-Allow-Origin %q", allowed)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	h := handler(Access{Token: token})
	post := func(secret string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "http://admin.example/login", strings.NewReader(url.Values{"token": {secret}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if got := post("wrong"); got.Code != 401 || got.Header().Get("Set-Cookie") != "" {
		t.Errorf("wrong token: got %d with cookie %q, want 401 without", got.Code, got.Header().Get("Set-Cookie"))
	}
	got := post(token)
	cookie := got.Result().Cookies()
	if got.Code != 303 || len(cookie) != 1 {
		t.Fatalf("right token: got %d with %d cookies, want 303 with one", got.Code, len(cookie))
	}
	if !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookie[0].Value, token) {
		t.Errorf("cookie %v: want HttpOnly, strict, and not the token itself", cookie[0])
	}
	page := do(h, "GET", "http://admin.example/", map[string]string{"Cookie": cookie[0].String()})
	if page.Code != 200 || page.Body.String() != "page" {
		t.Errorf("with the cookie: got %d %q, want the page", page.Code, page.Body)
	}
}

func TestReadyzSaysWhatIsMissing(t *testing.T) {
	h := Handler(Deps{Ready: func(context.Context) error { return errors.New("no configuration") }, Metrics: http.NotFoundHandler(), Page: http.NotFoundHandler()})
	got := do(h, "GET", "http://127.0.0.1/readyz", nil)
	if got.Code != 503 || !strings.Contains(got.Body.String(), "no configuration") {
		t.Errorf("got %d %s, want 503 and the reason", got.Code, got.Body)
	}
}

func TestReadyWithoutAsking(t *testing.T) {
	h := Handler(Deps{Metrics: http.NotFoundHandler(), Page: http.NotFoundHandler()})
	if got := do(h, "GET", "http://127.0.0.1/readyz", nil); got.Code != 200 {
		t.Errorf("got %d, want 200", got.Code)
	}
}

func TestListenRefusesToShowThePort(t *testing.T) {
	tests := []struct {
		access  Access
		address string
		want    string
	}{
		{Access{}, "127.0.0.1:0", ""},
		{Access{}, "[::1]:0", ""},
		{Access{}, "localhost:0", ""},
		{Access{}, ":0", "set a token"},
		{Access{}, "0.0.0.0:0", "set a token"},
		{Access{}, "10.1.2.3:80", "set a token"},
		{Access{Hosts: []string{"ockham.example.com"}}, ":0", "set a token"},
		{Access{Token: token}, ":0", ""},
		{Access{Token: "short"}, "127.0.0.1:0", "at least 16"},
		{Access{}, "nonsense", "nonsense"},
	}
	for _, test := range tests {
		err := test.access.Validate(test.address)
		if got := errorText(err); (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%+v on %q: got error %q, want %q in it", test.access, test.address, got, test.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
