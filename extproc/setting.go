package extproc

import (
	"strconv"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
)

// Setting is what a request tells of the configuration of the Envoy that it came through. Envoy takes much
// that is wrong without a word; here it shows.
type Setting struct {
	Version      string // 1.40.0; "" where Envoy was not asked for it
	Upstream     bool   // the filter stands on a cluster, not on a listener
	Twice        bool   // the request was signed by Ockham before: there are two filters
	RequestBody  string // processing modes, "" where Envoy does not tell them
	ResponseBody string
	Host         bool // the authority that was signed for is not the one that left
}

// The attributes that tell of Envoy itself.
const (
	attrMajor    = "xds.node.user_agent_build_version.version.major_number"
	attrMinor    = "xds.node.user_agent_build_version.version.minor_number"
	attrPatch    = "xds.node.user_agent_build_version.version.patch"
	attrUpstream = "upstream.address"
)

// settingOf reads a request's first message.
func settingOf(m *extprocv3.ProcessingRequest, headers *corev3.HeaderMap) Setting {
	attrs := attributes(m)
	s := Setting{
		Upstream: attrs[attrUpstream].GetStringValue() != "",
		// Envoy takes x-envoy-* from clients at the edge; together with AWS's they can only be ours.
		Twice: headerValue(headers, headerPerTry) != "" && headerValue(headers, "x-amz-date") != "",
	}
	if major, ok := attrs[attrMajor]; ok {
		number := func(name string) string { return strconv.Itoa(int(attrs[name].GetNumberValue())) }
		s.Version = strconv.Itoa(int(major.GetNumberValue())) + "." + number(attrMinor) + "." + number(attrPatch)
	}
	if c := m.GetProtocolConfig(); c != nil {
		s.RequestBody, s.ResponseBody = c.RequestBodyMode.String(), c.ResponseBodyMode.String()
	}
	return s
}

// tellSetting passes on what is known of Envoy's configuration.
func (x *exchange) tellSetting() {
	if x.s.Setting != nil {
		x.s.Setting(x.setting)
	}
}
