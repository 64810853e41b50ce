package extproc

import (
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// attributesKey is where Envoy puts the attributes of a message, whatever the filter is called.
const attributesKey = "envoy.filters.http.ext_proc"

// The attributes that the rendered configuration asks for.
const (
	attrRoute   = "xds.route_name"
	attrProfile = "xds.route_metadata.filter_metadata['ockham']['profile']"
	attrDetails = "response.code_details"
	attrFlags   = "response.flags"
	attrHost    = "request.host"
)

// Response flags of Envoy's own replies that are worth another attempt.
const (
	flagNoHealthyUpstream = 0x2
	flagTimeout           = 0x4
	flagRemoteReset       = 0x10
	flagConnectFailure    = 0x20
	flagTermination       = 0x40
	flagOverflow          = 0x80
)

// headerValue returns a header of a request or response; name is in lower case, as Envoy sends them.
func headerValue(h *corev3.HeaderMap, name string) string {
	for _, v := range h.GetHeaders() {
		if v.Key == name {
			if len(v.RawValue) > 0 {
				return string(v.RawValue)
			}
			return v.Value
		}
	}
	return ""
}

// headerNames lists the headers of a message, pseudo headers left out, for which keep is false.
func headerNames(h *corev3.HeaderMap, keep func(string) bool) []string {
	names := make([]string, 0, len(h.GetHeaders()))
	for _, v := range h.GetHeaders() {
		if !strings.HasPrefix(v.Key, ":") && !keep(v.Key) {
			names = append(names, v.Key)
		}
	}
	return names
}

// rateLimitNamespace is where Envoy's rate limit filter keeps what its service says beside yes and no.
const rateLimitNamespace = "envoy.filters.http.ratelimit"

// overrun lists the budgets whose soft limit is passed: those of the descriptors "soft=NAME" that the
// rate limit service counts among its quotaModeViolations.
func overrun(m *extprocv3.ProcessingRequest) (names []string) {
	said := m.GetMetadataContext().GetFilterMetadata()[rateLimitNamespace].GetFields()
	descriptors := said["descriptors"].GetListValue().GetValues()
	for _, v := range said["quotaModeViolations"].GetListValue().GetValues() {
		i := int(v.GetNumberValue())
		if i < 0 || i >= len(descriptors) {
			continue
		}
		entries := descriptors[i].GetStructValue().GetFields()["entries"].GetListValue().GetValues()
		if len(entries) == 0 {
			continue
		}
		if name, ok := strings.CutPrefix(entries[0].GetStringValue(), "soft="); ok {
			names = append(names, name)
		}
	}
	return names
}

// attributes returns the attributes that came with a message.
func attributes(m *extprocv3.ProcessingRequest) map[string]*structpb.Value {
	return m.GetAttributes()[attributesKey].GetFields()
}
