package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Credential may sign requests. A Token makes it a temporary one, which must send that token along.
type Credential struct {
	AccessKey string
	Secret    string
	Token     string
	Expires   time.Time // zero: never
}

// The credentials accepted unless a Config names others: a long-lived pair, a temporary pair, and a temporary pair that
// has expired.
const (
	DefaultAccessKey    = "AKIAIOSFODNN7EXAMPLE"
	DefaultTemporaryKey = "ASIAIOSFODNN7EXAMPLE"
	DefaultSecret       = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	DefaultToken        = "emulator-session-token"
	DefaultExpiredToken = "emulator-expired-token"
	DefaultBearerKey    = "bedrock-api-key-emulator"
)

// defaultCredentials lists them.
func defaultCredentials() []Credential {
	return []Credential{
		{AccessKey: DefaultAccessKey, Secret: DefaultSecret},
		{AccessKey: DefaultTemporaryKey, Secret: DefaultSecret, Token: DefaultToken},
		{AccessKey: DefaultTemporaryKey, Secret: DefaultSecret, Token: DefaultExpiredToken, Expires: time.Unix(0, 0)},
	}
}

const (
	service    = "bedrock"
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeFormat = "20060102T150405Z"
	skew       = 5 * time.Minute
)

// verifier checks who calls. It reads Signature Version 4 from AWS's description of it, not from any client.
type verifier struct {
	credentials  []Credential
	bearers      []string
	regions      []string
	now          func() time.Time
	off          bool
	singleEscape bool

	mu   sync.Mutex
	keys map[string][]byte // derived signing keys by secret, date and region; emptied when the date moves on
	day  string
}

func newVerifier(config Config) *verifier {
	return &verifier{
		credentials: config.Credentials, bearers: config.BearerKeys, regions: config.Regions, now: config.Now,
		off:          config.NoVerify || config.Mutation == MutateNoSignature,
		singleEscape: config.Mutation == MutateSingleEscape,
		keys:         map[string][]byte{},
	}
}

// verify refuses what Bedrock's front end would refuse, in its order: form, key, scope, time, signature.
func (v *verifier) verify(r *http.Request, body []byte) *apiError {
	if v.off {
		return nil
	}
	header := r.Header.Get("Authorization")
	if scheme, key, found := strings.Cut(header, " "); found && strings.EqualFold(scheme, "Bearer") {
		return v.bearer(strings.TrimSpace(key))
	}
	signed, err := parseSigned(r, header)
	if err != nil {
		return err
	}
	return v.verifySigned(r, body, signed)
}

func (v *verifier) verifySigned(r *http.Request, body []byte, signed signedRequest) *apiError {
	credential, err := v.credential(signed.accessKey, r.Header.Get("X-Amz-Security-Token"))
	if err != nil {
		return err
	}
	if err := v.checkScope(signed); err != nil {
		return err
	}
	if err := v.checkTime(signed); err != nil {
		return err
	}
	return v.checkSignature(r, body, signed, credential)
}

func (v *verifier) credential(accessKey, token string) (Credential, *apiError) {
	for _, known := range v.credentials {
		if known.AccessKey != accessKey || subtle.ConstantTimeCompare([]byte(known.Token), []byte(token)) != 1 {
			continue
		}
		if !known.Expires.IsZero() && !v.now().Before(known.Expires) {
			return Credential{}, refused("ExpiredTokenException", "The security token included in the request is expired")
		}
		return known, nil
	}
	return Credential{}, refused("UnrecognizedClientException", "The security token included in the request is invalid.")
}

// checkScope looks at each part of the credential scope; the message lists all that is wrong with it.
func (v *verifier) checkScope(signed signedRequest) *apiError {
	var wrong []string
	if !slices.Contains(v.regions, signed.region) {
		wrong = append(wrong, "Credential should be scoped to a valid region. ")
	}
	if signed.service != service {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+service+"'. ")
	}
	if signed.terminator != terminator {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: '"+terminator+"', not '"+signed.terminator+"'. ")
	}
	if stamp := signed.stamp; len(stamp) >= 8 && stamp[:8] != signed.date {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+signed.date+"' != '"+stamp[:8]+"', from '"+stamp+"'. ")
	}
	if !slices.Contains(signed.headers, "host") && !slices.Contains(signed.headers, ":authority") {
		wrong = append(wrong, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization. ")
	}
	if len(wrong) == 0 {
		return nil
	}
	return badSignature(strings.TrimSpace(strings.Join(wrong, "")))
}

func (v *verifier) checkTime(signed signedRequest) *apiError {
	now := v.now().UTC()
	if oldest := now.Add(-skew); signed.time.Before(oldest) {
		return badSignature("Signature expired: " + signed.stamp + " is now earlier than " + oldest.Format(timeFormat) + " (" + now.Format(timeFormat) + " - 5 min.)")
	}
	if newest := now.Add(skew); signed.time.After(newest) {
		return badSignature("Signature not yet current: " + signed.stamp + " is still later than " + newest.Format(timeFormat) + " (" + now.Format(timeFormat) + " + 5 min.)")
	}
	return nil
}

func (v *verifier) checkSignature(r *http.Request, body []byte, signed signedRequest, credential Credential) *apiError {
	canonical := canonicalRequest(r, body, signed.headers, v.singleEscape)
	toSign := stringToSign(signed, canonical)
	expected := sign(v.signingKey(credential.Secret, signed), toSign)
	given, err := hex.DecodeString(signed.signature)
	if err == nil && hmac.Equal(given, expected) {
		return nil
	}
	return mismatch(canonical, toSign)
}

// mismatch tells the caller what should have been signed, as AWS does.
func mismatch(canonical, toSign string) *apiError {
	return badSignature("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n" +
		"The Canonical String for this request should have been\n'" + canonical + "'\n\n" +
		"The String-to-Sign should have been\n'" + toSign + "'\n")
}

// signingKey derives the key of a day and keeps it, since every call of the day needs it again.
func (v *verifier) signingKey(secret string, signed signedRequest) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.day != signed.date {
		v.day = signed.date
		clear(v.keys)
	}
	name := secret + "/" + signed.region
	if key, found := v.keys[name]; found {
		return key
	}
	key := sign([]byte("AWS4"+secret), signed.date)
	for _, part := range []string{signed.region, signed.service, signed.terminator} {
		key = sign(key, part)
	}
	v.keys[name] = key
	return key
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func stringToSign(signed signedRequest, canonical string) string {
	digest := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + signed.stamp + "\n" + signed.scope() + "\n" + hex.EncodeToString(digest[:])
}

func refused(kind, message string) *apiError {
	return &apiError{status: http.StatusForbidden, kind: kind, message: message, signing: true}
}

func badSignature(message string) *apiError { return refused("InvalidSignatureException", message) }
