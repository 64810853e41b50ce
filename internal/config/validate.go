package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ockham/routing"
)

// Validate reports everything that is wrong with c, as Faults.
func (c *Config) Validate() error {
	return Faults(c.check()).orNil()
}

// Check is Validate for those who have further faults to report.
func (c *Config) Check() Faults { return c.check() }

// Joined returns all faults of several sources in the order of the file, or nil.
func Joined(lists ...Faults) error { return slices.Concat(lists...).orNil() }

func (c *Config) check() Faults {
	v := &validator{c: c}
	v.ranges(reflect.ValueOf(c).Elem(), "")
	v.server()
	v.bedrock()
	v.models()
	v.pipes()
	v.tasks()
	v.inputs()
	v.rules()
	v.otherwise()
	v.bounds()
	v.routes()
	v.budgets()
	v.prompts()
	return v.faults
}

// validator collects what is wrong. Its methods stand in the order of the file.
type validator struct {
	c      *Config
	faults Faults
}

// fault adds a fault, unless the field could not be read in the first place.
func (v *validator) fault(path, format string, args ...any) {
	if !v.c.readBadly(path) {
		v.faults = append(v.faults, v.c.Fault(path, format, args...))
	}
}

// ranges checks what the tags of the fields say: enum, min, max, required.
func (v *validator) ranges(x reflect.Value, path string) {
	switch x.Kind() {
	case reflect.Pointer:
		if !x.IsNil() {
			v.ranges(x.Elem(), path)
		}
	case reflect.Map:
		for _, k := range x.MapKeys() {
			if x.Type().Elem().Kind() != reflect.Interface {
				v.ranges(x.MapIndex(k), join(path, k.String()))
			}
		}
	case reflect.Slice:
		for i := range x.Len() {
			v.ranges(x.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		for i := range x.NumField() {
			if f := x.Type().Field(i); f.Tag.Get("yaml") != "" {
				at := join(path, f.Tag.Get("yaml"))
				v.tagged(x.Field(i), f.Tag, at)
				v.ranges(x.Field(i), at)
			}
		}
	}
}

func (v *validator) tagged(x reflect.Value, tag reflect.StructTag, path string) {
	if tag.Get("required") != "" && (x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0) {
		v.fault(path, "is required")
	}
	if list := tag.Get("enum"); list != "" {
		v.oneOf(x, strings.Split(list, "|"), path)
	}
	for x.Kind() == reflect.Pointer && !x.IsNil() {
		x = x.Elem()
	}
	var n float64
	switch x.Kind() {
	case reflect.Int:
		n = float64(x.Int())
	case reflect.Float64:
		n = x.Float()
	default:
		return
	}
	if low, err := strconv.ParseFloat(tag.Get("min"), 64); err == nil && n < low {
		v.fault(path, "must be at least %s, not %v", tag.Get("min"), n)
	}
	if high, err := strconv.ParseFloat(tag.Get("max"), 64); err == nil && n > high {
		v.fault(path, "must be at most %s, not %v", tag.Get("max"), n)
	}
}

func (v *validator) oneOf(x reflect.Value, allowed []string, path string) {
	if x.Kind() == reflect.Slice {
		for i := range x.Len() {
			v.oneOf(x.Index(i), allowed, fmt.Sprintf("%s[%d]", path, i))
		}
		return
	}
	if x.Kind() != reflect.String || slices.Contains(allowed, x.String()) {
		return
	}
	words := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	v.fault(path, "%q is none of %s%s", x.String(), strings.Join(words, ", "), routing.Suggest(x.String(), words))
}

func (v *validator) server() {
	s := &v.c.Server
	v.address("server.listen", s.Listen, true)
	v.address("server.admin", s.Admin, false)
	v.address("server.http", s.HTTP, false)
	if same(s.Listen, s.Admin) || same(s.Listen, s.HTTP) || same(s.Admin, s.HTTP) {
		v.fault("server", "listen, admin and http must be three addresses")
	}
	for i, h := range v.c.Telemetry.AdminHosts {
		if u, err := url.Parse("http://" + h); err != nil || h == "" || u.Host != h || u.Port() != "" {
			v.fault(fmt.Sprintf("telemetry.admin_hosts[%d]", i), "must be a host name without scheme and port, like ockham.example.com")
		}
	}
	for i, o := range s.WebSocket.Origins {
		if u, err := url.Parse(o); err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" {
			v.fault(fmt.Sprintf("server.websocket.origins[%d]", i), "must be an origin like https://app.example.com")
		}
	}
}

// same tells whether two parts would listen on one address; port 0 is a free one for each.
func same(a, b string) bool { return a == b && !strings.HasSuffix(a, ":0") }

// address checks host:port, or unix:/path where sockets are possible.
func (v *validator) address(at, s string, socket bool) {
	if name, ok := strings.CutPrefix(s, "unix:"); ok && socket {
		if !path.IsAbs(name) {
			v.fault(at, "must be unix: and an absolute path, like unix:/run/ockham.sock")
		}
		return
	}
	_, port, err := net.SplitHostPort(s)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 {
		want := "host:port, like 127.0.0.1:9002"
		if socket {
			want += ", or unix:/path"
		}
		v.fault(at, "%q is no address; it must be %s", s, want)
	}
}

func (v *validator) bedrock() {
	b := &v.c.Bedrock
	v.region("bedrock.region", b.Region)
	for i, r := range b.Failover {
		v.region(fmt.Sprintf("bedrock.failover[%d]", i), r)
		if r == b.Region || slices.Contains(b.Failover[:i], r) {
			v.fault(fmt.Sprintf("bedrock.failover[%d]", i), "%s is in the list already", r)
		}
	}
	if b.Endpoint != "" {
		v.endpoint("bedrock.endpoint", strings.ReplaceAll(b.Endpoint, "{region}", "region"))
	}
	for region, endpoint := range sorted(b.Endpoints) {
		at := join("bedrock.endpoints", region)
		v.endpoint(at, endpoint)
		if region != b.Region && !slices.Contains(b.Failover, region) {
			v.fault(at, "is neither bedrock.region nor one of bedrock.failover")
		}
	}
	if b.Egress != "" {
		v.address("bedrock.egress", b.Egress, false)
	}
	v.stays("bedrock.route_host", b.RouteHost)
	if strings.ContainsAny(b.RouteHost, "/ @") {
		v.fault("bedrock.route_host", "must be a host, like bedrock-runtime.us-east-1.amazonaws.com")
	}
}

// regionIn finds an AWS region in a host.
var regionIn = regexp.MustCompile(`\b[a-z]{2}(-gov)?-[a-z]+-\d\b`)

// stays checks that the region that a host's name holds, if any, lies in the jurisdiction.
func (v *validator) stays(at, host string) {
	if region := regionIn.FindString(host); region != "" && !within(GeographyOf(region), v.c.Bedrock.Geography) {
		v.fault(at, "leads to %s, which lies outside bedrock.geography, %s", region, v.c.Bedrock.Geography)
	}
}

func (v *validator) endpoint(at, endpoint string) {
	v.stays(at, endpoint)
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		v.fault(at, "must be a URL without a path, like https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com")
	}
}

func (v *validator) region(at, region string) {
	parts := strings.Split(region, "-")
	if len(parts) < 3 || strings.ContainsFunc(region, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		v.fault(at, "%q is no AWS region; one looks like us-east-1", region)
		return
	}
	if g := GeographyOf(region); !within(g, v.c.Bedrock.Geography) {
		v.fault(at, "%s lies outside bedrock.geography, which is %s", region, v.c.Bedrock.Geography)
	}
}

// word checks a name that shows in response headers and metrics.
func (v *validator) word(at, name string) {
	odd := func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"'`\\,;{}[]()<>", r)
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, odd) {
		v.fault(at, "a name is up to 64 letters, digits and signs like - _ . : without blanks")
	}
}

func (v *validator) models() {
	for _, name := range v.c.ModelNames() {
		at := join("models", name)
		v.word(at, name)
		if _, err := v.c.resolve(name, v.c.Models[name]); err != nil {
			v.fault(at, "%s", err)
		}
		if _, ok := v.c.Pipes[name]; ok {
			v.fault(at, "is also the name of a pipe; clients could not tell them apart")
		}
		if routing.IsAuto(name) {
			v.fault(at, "no model can be called %q: that name lets Ockham pick", name)
		}
	}
}

func (v *validator) pipes() {
	for name, pipe := range sorted(v.c.Pipes) {
		at := join("pipes", name)
		v.word(at, name)
		for i, m := range pipe.Models {
			item := fmt.Sprintf("%s[%d]", at, i)
			if _, written := v.mark(item); !written {
				item = fmt.Sprintf("%s.models[%d]", at, i)
			}
			v.model(item, m)
			if slices.Contains(pipe.Models[:i], m) {
				v.fault(item, "%s is in this pipe already", m)
			}
		}
		if routing.IsAuto(name) {
			v.fault(at, "no pipe can be called %q: that name lets Ockham pick", name)
		}
	}
}

func (v *validator) mark(path string) (mark, bool) {
	if v.c.marks == nil {
		return mark{}, false
	}
	m, ok := v.c.marks.at[path]
	return m, ok
}

// model checks a reference to a model. One that is defined but wrong is reported where it is defined.
func (v *validator) model(at, name string) {
	if _, ok := v.c.Models[name]; ok {
		return
	}
	if _, err := v.c.Resolve(name); err != nil {
		v.fault(at, "%s", err)
	}
}

// pipe checks a reference to a pipe.
func (v *validator) pipe(at, name string) {
	if _, ok := v.c.Pipes[name]; !ok {
		names := slices.Sorted(maps.Keys(v.c.Pipes))
		hint := routing.Suggest(name, names)
		if hint == "" {
			hint = "; there are " + strings.Join(names, ", ")
		}
		v.fault(at, "there is no pipe %q%s", name, hint)
	}
}

func (v *validator) tasks() {
	seen := map[string]string{}
	for pipe, tasks := range sorted(v.c.Tasks) {
		at := join("tasks", pipe)
		v.pipe(at, pipe)
		for i, task := range tasks {
			item := fmt.Sprintf("%s[%d]", at, i)
			if task != strings.ToLower(task) {
				v.fault(item, "a task_type is written in lower case")
			}
			v.word(item, task)
			if other, ok := seen[task]; ok {
				v.fault(item, "%s stands in the bucket of %s already", task, other)
			}
			seen[task] = pipe
		}
	}
}

// secretHeaders never reach rules, logs or explanations.
var secretHeaders = []string{"authorization", "cookie", "x-api-key", "proxy-authorization"}

func (v *validator) inputs() {
	if t := v.c.Inputs.Tenant; t != "" {
		v.header("inputs.tenant", t)
	}
	for i, h := range v.c.Inputs.Headers {
		v.header(fmt.Sprintf("inputs.headers[%d]", i), h)
	}
}

// header checks the name of a header that is read.
func (v *validator) header(at, name string) {
	switch {
	case name != strings.ToLower(name) || name == "" || strings.ContainsAny(name, " :\t"):
		v.fault(at, "a header is named in lower case, like x-team")
	case slices.Contains(secretHeaders, name):
		v.fault(at, "%s holds a secret, which rules may not read", name)
	}
}

func (v *validator) otherwise() {
	o := &v.c.Otherwise
	v.pipe("otherwise.simple", o.Simple)
	v.pipe("otherwise.complex", o.Complex)
	v.pipe("otherwise.unsure", o.Unsure)
	v.model("judge.model", v.c.Judge.Model)
}

// memoryOfBody: a body takes four times its length, and what is being uploaded half of the memory at most.
const memoryOfBody = 8

// bounds checks durations and sizes that would stop everything if they were zero.
func (v *validator) bounds() {
	c := v.c
	for _, d := range []struct {
		at string
		d  Duration
	}{
		{"judge.timeout", c.Judge.Timeout},
		{"judge.rest", c.Judge.Rest},
		{"cascade.time", c.Cascade.Time},
		{"deadlines.answer", c.Deadlines.Answer},
		{"deadlines.first_token", c.Deadlines.FirstToken},
		{"deadlines.idle", c.Deadlines.Idle},
		{"deadlines.checks", c.Deadlines.Checks},
	} {
		if d.d <= 0 {
			v.fault(d.at, "must be longer than nothing")
		}
	}
	if c.Cascade.Attempts < 1 {
		v.fault("cascade.attempts", "must be at least 1, not %d", c.Cascade.Attempts)
	}
	if c.Limits.Body <= 0 {
		v.fault("limits.body", "must be more than nothing")
	}
	if c.Limits.Held <= 0 {
		v.fault("limits.held", "must be more than nothing")
	}
	if l := v.c.Limits; l.Memory < memoryOfBody*l.Body {
		v.fault("limits.memory", "must be at least %s, %d times limits.body, or the largest request would never be taken", memoryOfBody*l.Body, memoryOfBody)
	}
}

func (v *validator) routes() {
	for name, r := range sorted(v.c.Routes) {
		if name == "" {
			v.fault(join("routes", name), "a route has a name: that of Envoy's route, or of its profile")
		}
		if r.Unsure != "" {
			v.pipe(join("routes", name)+".unsure", r.Unsure)
		}
	}
}

func (v *validator) budgets() {
	for i := range v.c.Budgets {
		b, at := &v.c.Budgets[i], fmt.Sprintf("budgets[%d]", i)
		v.word(at+".name", b.Name)
		if b.Window <= 0 {
			v.fault(at+".window", `is required: how long spend is added up, like "24h"`)
		}
		if b.USD == 0 && b.SoftUSD == 0 {
			v.fault(at, "limits nothing; give usd, soft_usd or both")
		}
		if b.SoftUSD > 0 && b.USD > 0 && b.SoftUSD > b.USD {
			v.fault(at+".soft_usd", "is above usd, so it would never be reached")
		}
		switch {
		case b.SoftUSD > 0:
			v.pipe(at+".pipe", b.Pipe)
		case b.Pipe != "" || b.Attempts > 0:
			v.fault(at, "pipe and attempts say what follows past the soft limit; give soft_usd")
		}
		if b.By == "tenant" && v.c.Inputs.Tenant == "" {
			v.fault(at+".by", "nobody says who the tenant is: name Envoy's header in inputs.tenant")
		}
		if b.Only != "" && b.By == "all" {
			v.fault(at+".only", "needs by: tenant or by: route")
		}
		for _, other := range v.c.Budgets[:i] {
			if other.Name == b.Name {
				v.fault(at+".name", "%q is the name of another budget", b.Name)
			}
		}
	}
}

func (v *validator) prompts() {
	for i := range v.c.Prompts {
		p := &v.c.Prompts[i]
		if _, err := path.Match(p.Models, ""); err != nil {
			v.fault(fmt.Sprintf("prompts[%d].models", i), "%q is no pattern: a [ is not closed", p.Models)
		}
	}
}

// sorted goes through a map in the order of its keys, so that faults come in the same order each time.
func sorted[T any](m map[string]T) func(yield func(string, T) bool) {
	return func(yield func(string, T) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
