package extproc

import (
	"strconv"

	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
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
func settingOf(m *heard) Setting {
	s := Setting{
		Upstream: m.attributes.text(attrUpstream) != "",
		// Envoy takes x-envoy-* from clients at the edge; together with AWS's they can only be ours.
		Twice: m.headers.get(headerPerTry) != "" && m.headers.get("x-amz-date") != "",
	}
	number := func(name string) string {
		a, _ := m.attributes.get(name)
		return strconv.Itoa(int(a.number))
	}
	if _, told := m.attributes.get(attrMajor); told {
		s.Version = number(attrMajor) + "." + number(attrMinor) + "." + number(attrPatch)
	}
	if m.modes.told {
		s.RequestBody, s.ResponseBody = modeName(m.modes.request), modeName(m.modes.response)
	}
	return s
}

// tellSetting passes on what is known of Envoy's configuration.
func (x *exchange) tellSetting() {
	if x.s.Setting != nil {
		x.s.Setting(x.setting)
	}
}

// modeName is what the mode's String says, without reflection.
func modeName(mode filterv3.ProcessingMode_BodySendMode) string {
	return filterv3.ProcessingMode_BodySendMode_name[int32(mode)]
}
