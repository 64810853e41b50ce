package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// signedRequest is what the Authorization header claims.
type signedRequest struct {
	accessKey, date, region, service, terminator string
	headers                                      []string // lower case, sorted
	signature                                    string
	stamp                                        string // X-Amz-Date
	time                                         time.Time
}

func (s signedRequest) scope() string {
	return s.date + "/" + s.region + "/" + s.service + "/" + s.terminator
}

// parseSigned reads the header, and says all that is missing in one message.
func parseSigned(r *http.Request, header string) (signedRequest, *apiError) {
	if header == "" {
		return signedRequest{}, refused("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	scheme, rest, _ := strings.Cut(header, " ")
	if scheme != algorithm {
		return signedRequest{}, incomplete("Unsupported AWS 'algorithm': '" + scheme + "'. ")
	}
	fields := parseFields(rest)
	stamp := dateOf(r)
	if missing := missingFields(fields, stamp); missing != "" {
		return signedRequest{}, incomplete(missing + "Authorization=" + scheme)
	}
	return readSigned(fields, stamp)
}

// parseFields splits "Credential=..., SignedHeaders=..., Signature=...".
func parseFields(text string) map[string]string {
	fields := map[string]string{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, value, _ := strings.Cut(part, "=")
		fields[name] = value
	}
	return fields
}

func missingFields(fields map[string]string, stamp string) string {
	var message strings.Builder
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			message.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	if stamp == "" {
		message.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	return message.String()
}

// dateOf gives the time of signing in the form that is signed.
func dateOf(r *http.Request) string {
	if stamp := r.Header.Get("X-Amz-Date"); stamp != "" {
		return stamp
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return ""
	}
	return date.UTC().Format(timeFormat)
}

func readSigned(fields map[string]string, stamp string) (signedRequest, *apiError) {
	credential := fields["Credential"]
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return signedRequest{}, incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "'")
	}
	signed := signedRequest{
		accessKey: parts[0], date: parts[1], region: parts[2], service: parts[3], terminator: parts[4],
		headers: strings.Split(strings.ToLower(fields["SignedHeaders"]), ";"), signature: fields["Signature"], stamp: stamp,
	}
	slices.Sort(signed.headers)
	when, err := time.Parse(timeFormat, stamp)
	if err != nil {
		return signed, incomplete("Date must be in ISO-8601 'basic format'. Got '" + stamp + "'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	signed.time = when
	return signed, nil
}

func incomplete(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: "IncompleteSignatureException", message: strings.TrimSpace(message), signing: true}
}
