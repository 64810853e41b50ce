package envoy

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"ockham/bedrock"
)

//go:embed templates/*.tmpl
var templates embed.FS

// Bootstrap renders a whole configuration for a plain Envoy, as commented YAML.
func Bootstrap(p Params) ([]byte, error) {
	v, err := newView(p)
	if err != nil {
		return nil, err
	}
	return execute("bootstrap.yaml.tmpl", v)
}

// execute runs a template on a view.
func execute(name string, view any) ([]byte, error) {
	t, err := parse()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, view); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// parse reads all templates; they include each other by name.
func parse() (*template.Template, error) {
	t := template.New("")
	t.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var b strings.Builder
			err := t.ExecuteTemplate(&b, name, data)
			return strings.TrimSpace(b.String()), err
		},
		"indent":   indent,
		"item":     item,
		"quote":    quote,
		"join":     func(list []string) string { return strings.Join(list, ", ") },
		"seconds":  seconds,
		"endpoint": newEndpoint,
		"region":   func(v *view, r regionView) bedrockView { return bedrockView{v, r} },
	})
	return t.ParseFS(templates, "templates/*.tmpl")
}

// view is what the templates see: parameters with every default filled, and what follows from them.
type view struct {
	Params
	MinEnvoy     string
	Regions      []regionView
	ProcessorTLS *upstreamTLS
	Stripped     []string // prefixes of headers that clients may not set
	Private      []string // headers that Bedrock need not see
	Auth         *authView
	HTTPPaths    []httpPath
	Replies      []replyDialect
	Limits       []limit
}

type regionView struct {
	Region
	Host    string // without port
	Cluster string
	Address Address
	Domains string // the authorities Ockham may write for this region
	HTTP    string
	TLS     *upstreamTLS
}

type upstreamTLS struct {
	ClientTLS
	SANType, ALPN string
}

type endpointView struct {
	Name    string
	Address Address
	More    []Address
}

// newEndpoint is a function so that templates may leave further addresses out.
func newEndpoint(name string, a Address, more ...[]Address) endpointView {
	return endpointView{name, a, slices.Concat(more...)}
}

type bedrockView struct {
	*view
	Region regionView
}

type httpPath struct{ Name, Path string }

func newView(p Params) (*view, error) {
	p = p.withDefaults()
	v := &view{
		Params:   p,
		MinEnvoy: MinVersion,
		Stripped: []string{"x-ockham-", "x-envoy-", "x-amz-"},
		Private: []string{
			"cookie", "x-api-key", "x-forwarded-for", "x-forwarded-proto", "x-envoy-external-address",
		},
		HTTPPaths: []httpPath{
			{"explain", "/api/v1/explain"}, {"feedback", "/api/v1/feedback"}, {"models", "/v1/models"},
		},
		Replies: replies(false, len(p.Budgets) > 0),
		Limits:  limitsOf(p.Budgets),
	}
	if p.Auth != nil {
		auth, err := newAuth(*p.Auth)
		if err != nil {
			return nil, err
		}
		v.Auth = auth
	}
	if p.ProcessorTLS != nil {
		v.ProcessorTLS = newUpstreamTLS(*p.ProcessorTLS)
		v.ProcessorTLS.ALPN = "h2"
	}
	for _, r := range p.Regions {
		rv, err := newRegion(r, p)
		if err != nil {
			return nil, err
		}
		v.Regions = append(v.Regions, rv)
	}
	return v, v.validate()
}

// validate finds what Envoy would refuse, in words that name the parameter.
func (v *view) validate() error {
	var faults []error
	seen := map[Address]string{}
	for _, r := range v.Regions {
		if other, ok := seen[r.Address]; ok {
			faults = append(faults, fmt.Errorf("regions %s and %s: both are at %s; Envoy tells them apart by host and port", other, r.Name, r.Address))
		}
		seen[r.Address] = r.Name
	}
	for _, a := range []Address{v.Listen, v.Processor} {
		if _, err := ParseAddress(string(a)); err != nil {
			faults = append(faults, err)
		}
	}
	for _, r := range v.Regions {
		faults = append(faults, plainName("region", r.Name))
	}
	for _, profile := range v.Profiles {
		faults = append(faults, plainName("profile", profile.Name))
	}
	for _, b := range v.Budgets {
		faults = append(faults, b.validate())
	}
	if len(v.Budgets) > 0 && !v.RateLimit.IsSet() {
		faults = append(faults, errors.New("budgets need the address of a rate limit service"))
	}
	for _, a := range append([]Address{v.Admin, v.Health, v.HTTP, v.Egress, v.RateLimit}, v.Replicas...) {
		if _, err := ParseAddress(string(a)); a.IsSet() && err != nil {
			faults = append(faults, err)
		}
	}
	if v.Health.IsSet() && !v.Admin.IsSet() {
		faults = append(faults, errors.New("health is shown by the admin interface; give its address too"))
	}
	return errors.Join(faults...)
}

// plainName lets names through that need no quotes in YAML, and are names wherever they go.
func plainName(what, name string) error {
	for i, r := range name {
		if letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'; !letter && (i == 0 || !strings.ContainsRune("._-", r)) {
			return fmt.Errorf("%s %q: a name has letters, digits, dots, dashes and underscores only", what, name)
		}
	}
	if name == "" {
		return fmt.Errorf("a %s has no name", what)
	}
	return nil
}

func newRegion(r Region, p Params) (regionView, error) {
	if r.Endpoint == "" {
		r.Endpoint = "https://" + bedrock.Host(r.Name)
	}
	e, err := parseEndpoint(r.Endpoint)
	if err != nil {
		return regionView{}, fmt.Errorf("region %s: %w", r.Name, err)
	}
	v := regionView{Region: r, Host: e.url.Hostname(), Cluster: p.Names.Bedrock + "_" + r.Name, Address: e.address, HTTP: "1", TLS: e.tls(r.CA)}
	v.Domains = quote(string(e.address))
	if bare := bedrock.Authority(e.url); bare != string(e.address) {
		v.Domains = quote(bare) + ", " + v.Domains
	}
	if r.HTTP2 {
		v.HTTP = "2"
	}
	return v, nil
}

func newUpstreamTLS(c ClientTLS) *upstreamTLS {
	or(&c.CA, systemCA)
	t := &upstreamTLS{ClientTLS: c, SANType: "DNS"}
	if _, err := netip.ParseAddr(c.ServerName); err == nil {
		t.SANType = "IP_ADDRESS"
	}
	return t
}

func indent(n int, s string) string {
	pad := strings.Repeat(" ", n)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = pad + line
		}
	}
	return strings.Join(lines, "\n")
}

// item writes s as one entry of a list.
func item(n int, s string) string {
	s = indent(n+2, s)
	return s[:n] + "- " + s[n+2:]
}

// quote writes a YAML string in double quotes; Go's escapes are a part of YAML's.
func quote(s string) string { return strconv.Quote(s) }
