package doctor

import "strings"

// checkPlace looks at where the filter stands.
func checkPlace(r *report, s *setup, _ Options) {
	for _, f := range s.upstream {
		r.add("upstream-filter", f, "the filter %q is an upstream filter of a cluster", f.at("name").text())
	}
	with := s.withFilter()
	if len(with) == 0 && len(s.upstream) == 0 && !s.hasPolicy() {
		r.add("no-filter", node{}, "no listener has an external processor called ockham")
	}
	for _, m := range with {
		for _, f := range m.doubles {
			r.add("two-filters", f, "a second filter %q does the same work", f.at("name").text())
		}
		checkNames(r, m)
		checkOrder(r, m)
	}
}

// checkNames finds filters of one name, and route settings for a name that no filter has.
func checkNames(r *report, m *manager) {
	names := map[string]bool{}
	for _, f := range m.filters {
		name := f.at("name").text()
		if names[name] {
			r.add("one-name-twice", f, "two filters are called %q", name)
		}
		names[name] = true
	}
	for _, rt := range m.routes {
		for _, scope := range []node{rt.config, rt.vhost, rt.node} {
			for name, per := range scope.at("typed_per_filter_config").fields() {
				if per.typeName() == "ExtProcPerRoute" && !names[name] && !m.partial {
					r.add("name", per, "the route's setting is for a filter %q; the filter is called %q", name, m.filter.at("name").text())
				}
			}
		}
	}
}

// before are filters that must have spoken before Ockham reads the prompt, by a part of their type.
var before = []struct{ typePart, does string }{
	{"JwtAuthentication", "authenticates"},
	{"ApiKeyAuth", "authenticates"},
	{"BasicAuth", "authenticates"},
	{"OAuth2", "authenticates"},
	{"ExtAuthz", "authorises"},
	{"RBAC", "authorises"},
	{"RateLimit", "limits rates"},
	{"LocalRateLimit", "limits rates"},
	{"RateLimitQuota", "limits rates"},
	{"Cors", "answers preflights"},
	{"CsrfPolicy", "checks the origin"},
}

func checkOrder(r *report, m *manager) {
	passed := false
	for i, f := range m.filters {
		if f.path == m.filter.path {
			passed = true
			continue
		}
		kind := f.config().typeName()
		if kind == "Router" && (!passed || i != len(m.filters)-1) && !m.partial {
			r.add("after-router", f, "the router is no. %d of %d filters", i+1, len(m.filters))
		}
		if kind == "AwsRequestSigning" && !passed {
			r.add("signing-before", f, "Envoy signs before Ockham has written the request")
		}
		if !passed {
			continue
		}
		if kind == "AwsRequestSigning" {
			checkSigner(r, f)
		}
		for _, b := range before {
			if strings.Contains(kind, b.typePart) {
				r.add("auth-after", f, "%q %s after Ockham", f.at("name").text(), b.does)
				break
			}
		}
	}
}

// checkSigner looks at what Envoy's own signature covers: the route and the router change headers after it.
func checkSigner(r *report, f node) {
	c := f.config()
	if c.at("match_included_headers").exists() {
		return
	}
	for _, name := range []string{"x-forwarded-proto", "x-envoy-expected-rq-timeout-ms", "x-request-id"} {
		if !matches(c.at("match_excluded_headers"), name) {
			r.add("signing-headers", f, "%s is signed", name)
		}
	}
}
