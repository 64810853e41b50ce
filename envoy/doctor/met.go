package doctor

// Met is what the service sees of an Envoy that calls it.
type Met struct {
	Version      string // "" when unknown
	Upstream     bool   // the filter stands on a cluster, not on a listener
	Twice        bool   // a request came that Ockham had signed before
	RequestBody  string // processing modes, "" when unknown
	ResponseBody string
	Host         bool // Envoy did not take the authority that was signed for
}

// Findings lists what is wrong with it.
func (m Met) Findings() []Finding {
	r := &report{}
	at := node{path: "ext_proc"}
	if v, err := parseVersion(m.Version); err == nil {
		checkAge(r, v, true)
	}
	if m.Upstream {
		r.add("upstream-filter", at, "the filter is an upstream filter of a cluster")
	}
	if m.Twice {
		r.add("two-filters", at, "a request came that Ockham had signed before")
	}
	if m.RequestBody != "" && m.RequestBody != "BUFFERED" {
		r.add("mode-request-body", at, "request_body_mode is %s", m.RequestBody)
	}
	if m.ResponseBody != "" && m.ResponseBody != "FULL_DUPLEX_STREAMED" {
		r.add("mode-response-body", at, "response_body_mode is %s", m.ResponseBody)
	}
	if m.Host {
		r.add("mutation-rules", at, "the authority that was signed for is not the one that left")
	}
	return r.sorted()
}

// String is a finding in one line.
func (f Finding) String() string {
	return f.Trap + ": " + f.What + "; " + f.Harm + "; " + f.Fix
}
