package extproc

import (
	"fmt"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	"google.golang.org/protobuf/encoding/protowire"
)

// heard is one of Envoy's messages, as far as this package needs to know it. The generated types are some
// thirty objects of it; here all parts are views of the one copy that is made of what came.
type heard struct {
	kind       protowire.Number // which message it is: the field of ProcessingRequest that it came in
	headers    headerList
	body       []byte
	end        bool // of the stream
	attributes attributeList
	modes      modes
	metadata   *corev3.Metadata
}

// modes are how Envoy was told to send bodies.
type modes struct {
	told              bool
	request, response filterv3.ProcessingMode_BodySendMode
}

func (m *heard) String() string {
	switch m.kind {
	case requestRequestHeaders:
		return "request headers"
	case requestResponseHeaders:
		return "response headers"
	case requestRequestBody:
		return "a request body"
	case requestResponseBody:
		return "a response body"
	case requestRequestTrailers:
		return "request trailers"
	case requestResponseTrailers:
		return "response trailers"
	}
	return fmt.Sprintf("unknown (%d)", m.kind)
}

// headerList are the headers of a request or response, with names in lower case, as Envoy sends them.
type headerList []header

type header struct{ name, value string }

// attributeList are what Envoy's configuration asks it to tell.
type attributeList []attribute

type attribute struct {
	name   string
	text   string
	number float64
}

// How many of each a message usually has at most.
const (
	usualHeaders    = 24
	usualAttributes = 8
)

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

// get returns a header, "" where there is none.
func (list headerList) get(name string) string {
	for i := range list {
		if list[i].name == name {
			return list[i].value
		}
	}
	return ""
}

// names lists the headers, pseudo headers left out, for which keep is false. There is room for some more.
func (list headerList) names(keep func(string) bool) []string {
	names := make([]string, 0, len(list)+len(secrets))
	for i := range list {
		if name := list[i].name; !strings.HasPrefix(name, ":") && !keep(name) {
			names = append(names, name)
		}
	}
	return names
}

// get returns an attribute, and whether Envoy told it.
func (list attributeList) get(name string) (a attribute, told bool) {
	for i := range list {
		if list[i].name == name {
			return list[i], true
		}
	}
	return a, false
}

func (list attributeList) text(name string) string {
	a, _ := list.get(name)
	return a.text
}

// rateLimitNamespace is where Envoy's rate limit filter keeps what its service says beside yes and no.
const rateLimitNamespace = "envoy.filters.http.ratelimit"

// overrun lists the budgets whose soft limit is passed: those of the descriptors "soft=NAME" that the
// rate limit service counts among its quotaModeViolations.
func overrun(m *corev3.Metadata) (names []string) {
	said := m.GetFilterMetadata()[rateLimitNamespace].GetFields()
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
