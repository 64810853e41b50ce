package dashboard

import (
	"mime"
	"net/http"
	"net/http/httputil"
	"strings"
)

// maxPrompt bounds what is typed into the playground.
const maxPrompt = 1 << 20

// jsonOnly takes only bodies that another site's form cannot send.
func jsonOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			fail(w, http.StatusUnsupportedMediaType, "unsupported_media_type", "the body must be application/json")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxPrompt)
		next.ServeHTTP(w, r)
	})
}

// explain hands the request to the service's own explain.
func (s *server) explain() http.Handler {
	if s.Explain == nil {
		return absent("the playground is switched off")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "/api/v1/explain", "", ""
		s.Explain.ServeHTTP(w, r)
	})
}

// run posts to the service as any client would, through Envoy, so that what is seen here is what
// clients get. None of the admin page's own headers go along.
func (s *server) run() http.Handler {
	if s.Explain == nil || s.Envoy == nil {
		return absent("running prompts from here is switched off")
	}
	return &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(p *httputil.ProxyRequest) {
			target := *s.Envoy
			target.Path = strings.TrimSuffix(target.Path, "/") + "/api/v1/generate"
			p.Out.URL, p.Out.Host = &target, ""
			p.Out.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"ockham-playground"}}
		},
		ModifyResponse: onlyAnswer,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			fail(w, http.StatusBadGateway, "upstream_failed", "Envoy at "+s.Envoy.Host+" cannot be reached: "+err.Error())
		},
	}
}

// onlyAnswer keeps of Envoy's headers what belongs to the answer: a cookie or a CORS header of the
// service must not become one of the admin page.
func onlyAnswer(r *http.Response) error {
	for name := range r.Header {
		if name != "Content-Type" && name != "X-Request-Id" && !strings.HasPrefix(name, "X-Ockham-") {
			r.Header.Del(name)
		}
	}
	r.Header.Set("Cache-Control", "no-store")
	return nil
}

func absent(why string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "not_found", why) })
}
