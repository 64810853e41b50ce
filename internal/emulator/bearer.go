package emulator

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bedrock's API keys are of two kinds: long-term ones, and short-term ones that hold a presigned request for the action
// CallWithBearerToken and end with it.
const (
	shortTermPrefix = "bedrock-api-key-"
	longTermPrefix  = "ABSK"
	maxKeyTime      = 12 * time.Hour
)

// bearer checks an API key. Bedrock says what prefix a key must have before it looks at the rest.
func (v *verifier) bearer(key string) *apiError {
	if !strings.HasPrefix(key, shortTermPrefix) && !strings.HasPrefix(key, longTermPrefix) {
		return denied("Invalid API Key format: Must start with pre-defined prefix")
	}
	for _, known := range v.bearers {
		if subtle.ConstantTimeCompare([]byte(known), []byte(key)) == 1 {
			return nil
		}
	}
	return v.shortTerm(strings.TrimPrefix(key, shortTermPrefix))
}

func denied(message string) *apiError {
	return &apiError{status: http.StatusForbidden, kind: "AccessDeniedException", message: message, identity: true}
}

func badKey() *apiError {
	return denied("Authentication failed: Please make sure your API Key is valid.")
}

// shortTerm verifies the presigned request in a key: its signature, its region and its time.
func (v *verifier) shortTerm(encoded string) *apiError {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return badKey()
	}
	host, query, _ := strings.Cut(string(text), "/?")
	signed, token, expires, ok := parsePresigned(query)
	if !ok || v.checkScope(signed) != nil {
		return badKey()
	}
	credential, refusal := v.credential(signed.accessKey, token)
	if refusal != nil {
		return badKey()
	}
	r := &http.Request{Method: http.MethodPost, Host: host, RequestURI: "/?" + unsignedQuery(query), Header: http.Header{}}
	if v.checkSignature(r, nil, signed, credential) != nil {
		return badKey()
	}
	if now := v.now(); now.After(signed.time.Add(expires)) || now.Add(skew).Before(signed.time) {
		return denied("Bearer Token has expired")
	}
	return nil
}

// parsePresigned reads what Authorization would say from the query.
func parsePresigned(query string) (signed signedRequest, token string, expires time.Duration, ok bool) {
	values, err := url.ParseQuery(query)
	if err != nil || values.Get("Action") != "CallWithBearerToken" || values.Get("X-Amz-Algorithm") != algorithm {
		return signed, "", 0, false
	}
	signed, refusal := readSigned(map[string]string{
		"Credential": values.Get("X-Amz-Credential"), "SignedHeaders": values.Get("X-Amz-SignedHeaders"), "Signature": values.Get("X-Amz-Signature"),
	}, values.Get("X-Amz-Date"))
	seconds, err := strconv.Atoi(values.Get("X-Amz-Expires"))
	expires = time.Duration(seconds) * time.Second
	return signed, values.Get("X-Amz-Security-Token"), expires, refusal == nil && err == nil && expires > 0 && expires <= maxKeyTime
}

// unsignedQuery leaves out what was added when the rest was signed.
func unsignedQuery(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(part, "X-Amz-Signature=") && part != "Version=1" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}
