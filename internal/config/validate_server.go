package config

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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
		if u, err := url.Parse(strings.TrimSuffix(o, ":*")); err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" {
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
