package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSigningByExample follows the worked example of AWS's documentation (a ListUsers call to IAM) from request to
// signature, so that the verifier does not depend on any client's reading.
func TestSigningByExample(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/?Action=ListUsers&Version=2010-05-08", nil)
	r.Host = "iam.amazonaws.com"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	signed := signedRequest{date: "20150830", region: "us-east-1", service: "iam", terminator: terminator, stamp: "20150830T123600Z"}
	canonical := canonicalRequest(r, nil, []string{"content-type", "host", "x-amz-date"}, false)
	digest := sha256.Sum256([]byte(canonical))
	if got, want := hex.EncodeToString(digest[:]), "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"; got != want {
		t.Errorf("canonical request has hash %s, want %s:\n%s", got, want, canonical)
	}
	v := newVerifier(Config{})
	key := v.signingKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", signed)
	if got, want := hex.EncodeToString(key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"; got != want {
		t.Errorf("signing key %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(sign(key, stringToSign(signed, canonical))), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestCanonicalPath(t *testing.T) {
	for wire, want := range map[string]string{
		"/model/a-v1%3A0/converse":              "/model/a-v1%253A0/converse",
		"/model/a-v1:0/converse":                "/model/a-v1%3A0/converse",
		"/model/a%252F/converse":                "/model/a%25252F/converse",
		"/model/arn%3Aaws%2Fb/converse":         "/model/arn%253Aaws%252Fb/converse",
		"/model//a/./b/../converse":             "/model/a/converse",
		"":                                      "/",
		"/":                                     "/",
		"/a/":                                   "/a/",
		"/model/~tilde_under.dot-dash/converse": "/model/~tilde_under.dot-dash/converse",
		"/model/\xff/converse":                  "/model/%FF/converse",
	} {
		if got := canonicalPath(wire, false); got != want {
			t.Errorf("canonicalPath(%q) = %q, want %q", wire, got, want)
		}
	}
}

func TestCanonicalQuery(t *testing.T) {
	for query, want := range map[string]string{
		"":                 "",
		"b=2&a=1":          "a=1&b=2",
		"a=2&a=1":          "a=1&a=2",
		"flag":             "flag=",
		"x=a%20b&y=%2F":    "x=a%20b&y=%2F",
		"x=a+b":            "x=a%2Bb",
		"x=%zz":            "x=%25zz",
		"&&a=1&":           "a=1",
		"Version=1&Action": "Action=&Version=1",
	} {
		if got := canonicalQuery(query); got != want {
			t.Errorf("canonicalQuery(%q) = %q, want %q", query, got, want)
		}
	}
}

// signedCall is a request that a client signed, to be changed before it is sent.
type signedCall struct {
	access, secret, token, region, service string
	at                                     time.Time
	body                                   string
	before, after                          func(*http.Request)
}

var testNow = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func (c signedCall) send(t *testing.T, s http.Handler) reply {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse", strings.NewReader(ask("hello")))
	r.Header.Set("Content-Type", "application/json")
	if c.before != nil {
		c.before(r)
	}
	digest := sha256.Sum256([]byte(ask("hello")))
	credentials := aws.Credentials{AccessKeyID: or(c.access, DefaultAccessKey), SecretAccessKey: or(c.secret, DefaultSecret), SessionToken: c.token}
	at := c.at
	if at.IsZero() {
		at = testNow
	}
	err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(digest[:]), or(c.service, "bedrock"), or(c.region, "us-east-1"), at)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10)) // as the server's request has it
	if c.body != "" {
		r.Body = io.NopCloser(strings.NewReader(c.body))
		r.ContentLength = int64(len(c.body))
	}
	if c.after != nil {
		c.after(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func replaceAuthorization(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func TestSignatures(t *testing.T) {
	s := newServer(t, Config{Now: func() time.Time { return testNow }})
	for name, c := range map[string]struct {
		signedCall
		status  int
		kind    string
		message string // its beginning
	}{
		"good":              {signedCall{}, 200, "", ""},
		"4 min early":       {signedCall{at: testNow.Add(-4 * time.Minute)}, 200, "", ""},
		"temporary":         {signedCall{access: DefaultTemporaryKey, token: DefaultToken}, 200, "", ""},
		"unsigned header":   {signedCall{after: setHeader("X-Forwarded-For", "192.0.2.1")}, 200, "", ""},
		"spaces in headers": {signedCall{before: setHeader("X-Amz-Meta", "a   b")}, 200, "", ""},
		"raw colon": {signedCall{before: func(r *http.Request) {
			r.RequestURI = "/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse"
			r.URL.RawPath, r.URL.Path = "", r.RequestURI
		}}, 200, "", ""},

		"wrong secret":   {signedCall{secret: "x"}, 403, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/model/us.anthropic.claude-haiku-4-5-20251001-v1%253A0/converse\n\ncontent-length:59\ncontent-type:application/json\nhost:example.com\nx-amz-date:20260314T092653Z\n\ncontent-length;content-type;host;x-amz-date\n"},
		"other body":     {signedCall{body: ask("other")}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"trusted hash":   {signedCall{before: setHeader("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), body: ask("other")}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"changed header": {signedCall{after: setHeader("Content-Type", "text/plain")}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"changed host":   {signedCall{after: func(r *http.Request) { r.Host = "elsewhere" }}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"changed path": {signedCall{after: func(r *http.Request) {
			r.RequestURI = "/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse"
		}}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"signature not hex": {signedCall{after: replaceAuthorization("Signature=", "Signature=zz")}, 403, "InvalidSignatureException", "The request signature we calculated"},
		"expired":           {signedCall{at: testNow.Add(-6 * time.Minute)}, 403, "InvalidSignatureException", "Signature expired: 20260314T092053Z is now earlier than 20260314T092153Z (20260314T092653Z - 5 min.)"},
		"early":             {signedCall{at: testNow.Add(6 * time.Minute)}, 403, "InvalidSignatureException", "Signature not yet current: 20260314T093253Z is still later than 20260314T093153Z (20260314T092653Z + 5 min.)"},
		"region":            {signedCall{region: "eu-west-1"}, 403, "InvalidSignatureException", "Credential should be scoped to a valid region."},
		"service":           {signedCall{service: "s3"}, 403, "InvalidSignatureException", "Credential should be scoped to correct service: 'bedrock'."},
		"region and service": {
			signedCall{region: "eu-west-1", service: "s3"},
			403, "InvalidSignatureException",
			"Credential should be scoped to a valid region. Credential should be scoped to correct service: 'bedrock'.",
		},
		"terminator":      {signedCall{after: replaceAuthorization("aws4_request", "aws4")}, 403, "InvalidSignatureException", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'."},
		"date":            {signedCall{after: replaceAuthorization("20260314/", "20260313/")}, 403, "InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260313' != '20260314', from '20260314T092653Z'."},
		"host unsigned":   {signedCall{after: replaceAuthorization("host;", "")}, 403, "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		"unknown key":     {signedCall{access: "AKIAUNKNOWN"}, 403, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"token missing":   {signedCall{access: DefaultTemporaryKey}, 403, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"token wrong":     {signedCall{access: DefaultTemporaryKey, token: "x"}, 403, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"token not asked": {signedCall{token: "x"}, 403, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"token expired":   {signedCall{access: DefaultTemporaryKey, token: DefaultExpiredToken}, 403, "ExpiredTokenException", "The security token included in the request is expired"},
		"none":            {signedCall{after: func(r *http.Request) { r.Header.Del("Authorization") }}, 403, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		"algorithm":       {signedCall{after: replaceAuthorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")}, 400, "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		"no signature":    {signedCall{after: replaceAuthorization("Signature=", "Sig=")}, 400, "IncompleteSignatureException", "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256"},
		"empty scheme":    {signedCall{after: setHeader("Authorization", "AWS4-HMAC-SHA256 ")}, 400, "IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."},
		"no date":         {signedCall{after: func(r *http.Request) { r.Header.Del("X-Amz-Date") }}, 400, "IncompleteSignatureException", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		"bad date":        {signedCall{after: setHeader("X-Amz-Date", "today")}, 400, "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. Got 'today'."},
		"short scope":     {signedCall{after: replaceAuthorization("/us-east-1", "")}, 400, "IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.send(t, s)
			if got.status != c.status || got.kind() != c.kind || !strings.HasPrefix(got.message(), c.message) {
				t.Errorf("got %d %s %q\nwant %d %s %q", got.status, got.kind(), got.message(), c.status, c.kind, c.message)
			}
		})
	}
}

// TestAuthoritySigned signs :authority instead of host, as the JavaScript SDK does over HTTP/2.
func TestAuthoritySigned(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/model/a/converse", nil)
	r.Header.Set("X-Amz-Date", "20260314T092653Z")
	want := "POST\n/model/a/converse\n\n:authority:example.com\nx-amz-date:20260314T092653Z\n\n:authority;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := canonicalRequest(r, nil, []string{":authority", "x-amz-date"}, false); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestBearer(t *testing.T) {
	s := newServer(t, Config{})
	for key, want := range map[string]reply{
		"Bearer " + DefaultBearerKey:      {status: 200},
		"bearer " + DefaultBearerKey:      {status: 200},
		"Bearer bedrock-api-key-other":    {status: 403, body: []byte(`{"Message":"Authentication failed: Please make sure your API Key is valid."}`)},
		"Bearer sk-" + DefaultBearerKey:   {status: 403, body: []byte(`{"Message":"Invalid API Key format: Must start with pre-defined prefix"}`)},
		"Bearer ":                         {status: 403, body: []byte(`{"Message":"Invalid API Key format: Must start with pre-defined prefix"}`)},
		"Basic " + DefaultBearerKey + "=": {status: 400, body: []byte(`{"message":"Unsupported AWS 'algorithm': 'Basic'."}`)},
	} {
		r := httptest.NewRequest(http.MethodPost, "/model/"+haiku+"/converse", strings.NewReader(ask("hello")))
		r.Header.Set("Authorization", key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want.status || want.body != nil && w.Body.String() != string(want.body) {
			t.Errorf("%q: got %d %s, want %d %s", key, w.Code, w.Body, want.status, want.body)
		}
	}
}

// shortTermKey is a key of twelve hours, made as AWS's token generator makes it: a presigned request in base64.
func shortTermKey(t *testing.T, c signedCall, expires string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Expires="+expires, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := c.at
	if at.IsZero() {
		at = testNow
	}
	digest := sha256.Sum256(nil)
	credentials := aws.Credentials{AccessKeyID: or(c.access, DefaultAccessKey), SecretAccessKey: or(c.secret, DefaultSecret), SessionToken: c.token}
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), credentials, r, hex.EncodeToString(digest[:]), or(c.service, "bedrock"), or(c.region, "us-east-1"), at)
	if err != nil {
		t.Fatal(err)
	}
	return shortTermPrefix + base64.StdEncoding.EncodeToString([]byte(strings.TrimPrefix(signed, "https://")+"&Version=1"))
}

func TestShortTermKeys(t *testing.T) {
	v := newVerifier(withDefaults(Config{Now: func() time.Time { return testNow }}))
	const invalid = "Authentication failed: Please make sure your API Key is valid."
	for name, c := range map[string]struct{ key, want string }{
		"good":         {shortTermKey(t, signedCall{}, "43200"), ""},
		"temporary":    {shortTermKey(t, signedCall{access: DefaultTemporaryKey, token: DefaultToken}, "43200"), ""},
		"old":          {shortTermKey(t, signedCall{at: testNow.Add(-11 * time.Hour)}, "43200"), ""},
		"expired":      {shortTermKey(t, signedCall{at: testNow.Add(-13 * time.Hour)}, "43200"), "Bearer Token has expired"},
		"short":        {shortTermKey(t, signedCall{at: testNow.Add(-time.Hour)}, "900"), "Bearer Token has expired"},
		"too long":     {shortTermKey(t, signedCall{}, "86400"), invalid},
		"secret":       {shortTermKey(t, signedCall{secret: "x"}, "43200"), invalid},
		"token":        {shortTermKey(t, signedCall{access: DefaultTemporaryKey, token: "x"}, "43200"), invalid},
		"region":       {shortTermKey(t, signedCall{region: "eu-west-1"}, "43200"), invalid},
		"service":      {shortTermKey(t, signedCall{service: "sts"}, "43200"), invalid},
		"not base64":   {shortTermPrefix + "?", invalid},
		"no request":   {shortTermPrefix + base64.StdEncoding.EncodeToString([]byte("bedrock.amazonaws.com")), invalid},
		"other action": {shortTermPrefix + base64.StdEncoding.EncodeToString([]byte("bedrock.amazonaws.com/?Action=ListUsers")), invalid},
	} {
		message := ""
		if err := v.bearer(c.key); err != nil {
			message = err.message
		}
		if message != c.want {
			t.Errorf("%s: got %q, want %q", name, message, c.want)
		}
	}
}
