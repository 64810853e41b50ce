// Package doctor finds what is wrong with an Envoy's configuration for Ockham: with a bootstrap, a
// config_dump, Istio's EnvoyFilters and the resources around them, or Envoy Gateway's policies. For
// every trap it says what users would see, and how to mend it.
package doctor

import (
	"fmt"
	"sort"
	"strings"
)

// Finding is one thing that is wrong.
type Finding struct {
	Trap  string `json:"trap"`  // its name in Traps
	Where string `json:"where"` // a path in the configuration
	What  string `json:"what"`  // what stands there
	Harm  string `json:"harm"`  // what goes wrong for users
	Fix   string `json:"fix"`
}

// Options say what a file cannot.
type Options struct {
	// EnvoyVersion is the version of the Envoy that is to run the configuration; "" when unknown.
	// A config_dump tells it itself.
	EnvoyVersion string
	// Exists tells whether a file is there; nil where the configuration is for another machine.
	Exists func(path string) bool
}

// Examine reads a configuration and lists what is wrong with it, worst first. The error says that it
// could not be read, or that it is no configuration of Envoy, Istio or Envoy Gateway.
func Examine(data []byte, o Options) ([]Finding, error) {
	docs, err := read(data)
	if err != nil {
		return nil, err
	}
	s, err := newSetup(docs)
	if err != nil {
		return nil, err
	}
	if o.EnvoyVersion != "" {
		if s.version, err = parseVersion(o.EnvoyVersion); err != nil {
			return nil, err
		}
	}
	r := &report{}
	for _, check := range checks() {
		check(r, s, o)
	}
	return r.sorted(), nil
}

// checks lists everything that is looked at, each a file or a part of one.
func checks() []func(*report, *setup, Options) {
	return []func(*report, *setup, Options){
		checkVersion, checkPlace, checkModes, checkSafety, checkFilterLimits, checkAttributes, checkHeaders,
		checkRoutes, checkProcessor, checkBedrock, checkBodyLimit, checkReplies, checkIstio, checkGateway,
	}
}

// report collects findings.
type report struct {
	findings []Finding
	seen     map[string]bool
}

// add notes a trap found at n; what is a sentence on what stands there.
func (r *report) add(trap string, n node, what string, args ...any) {
	t, ok := trapNamed(trap)
	if !ok {
		panic("doctor: no trap is called " + trap)
	}
	f := Finding{Trap: trap, Where: strings.TrimPrefix(n.path, "."), What: fmt.Sprintf(what, args...), Harm: t.Harm, Fix: t.Fix}
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	key := f.Trap + f.Where + f.What
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	r.findings = append(r.findings, f)
}

// sorted orders findings as the traps are listed, which is by how much harm they do.
func (r *report) sorted() []Finding {
	rank := map[string]int{}
	for i, t := range Traps() {
		rank[t.Name] = i
	}
	sort.SliceStable(r.findings, func(i, j int) bool {
		a, b := r.findings[i], r.findings[j]
		if rank[a.Trap] != rank[b.Trap] {
			return rank[a.Trap] < rank[b.Trap]
		}
		return a.Where < b.Where
	})
	return r.findings
}
