package bedrock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Signature Version 4, for the one form of request that Envoy sends: a POST of JSON without a query. AWS's
// own signer takes any request, and four times as long (BenchmarkSign) to find out what this one is. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeForm   = "20060102T150405Z"

	// The length is not among them: Envoy may send the body in chunks.
	signedNames     = "content-type;host;x-amz-date"
	signedWithToken = signedNames + ";x-amz-security-token"
)

// sigV4 signs, and keeps the keys that it derived for the last day and credentials. It is safe for
// concurrent use.
type sigV4 struct{ last atomic.Pointer[dayKeys] }

// sign returns the headers of a POST of body that leaves for host and path at a time. AWS's signer leaves out the port
// that https has anyway, and has it not sent either; here both are up to whoever names the host.
func (s *sigV4) sign(c *aws.Credentials, region, host, path string, body []byte, at time.Time) []Header {
	date := at.UTC().Format(timeForm)
	day := date[:len("20060102")]
	names := signedNames
	if c.SessionToken != "" {
		names = signedWithToken
	}

	sum := sha256.Sum256(body)
	desks := s.desks(region, keyOwner{day: day, id: c.AccessKeyID, secret: c.SecretAccessKey})
	desk := desks.Get().(*desk)
	defer desks.Put(desk)
	b := append(desk.text[:0], "POST\n"...)
	b = appendEscaped(b, path)
	b = append(b, "\n\ncontent-type:application/json\nhost:"...)
	b = append(b, host...)
	b = append(b, "\nx-amz-date:"...)
	b = append(b, date...)
	if c.SessionToken != "" {
		b = append(b, "\nx-amz-security-token:"...)
		b = appendTrimmed(b, c.SessionToken)
	}
	b = append(b, "\n\n"...)
	b = append(b, names...)
	b = append(b, '\n')
	b = hex.AppendEncode(b, sum[:])

	sum = sha256.Sum256(b)
	b = append(b[:0], algorithm+"\n"...)
	b = append(b, date...)
	b = append(b, '\n')
	b = appendScope(b, day, region)
	b = append(b, '\n')
	b = hex.AppendEncode(b, sum[:])
	desk.mac.Reset()
	desk.mac.Write(b)
	copy(sum[:], desk.mac.Sum(b)[len(b):])

	b = append(b[:0], algorithm+" Credential="...)
	b = append(b, c.AccessKeyID...)
	b = append(b, '/')
	b = appendScope(b, day, region)
	b = append(b, ", SignedHeaders="...)
	b = append(b, names...)
	b = append(b, ", Signature="...)
	b = hex.AppendEncode(b, sum[:])
	desk.text = b
	headers := append(make([]Header, 0, 3), Header{"authorization", string(b)}, Header{"x-amz-date", date})
	if c.SessionToken != "" {
		headers = append(headers, Header{"x-amz-security-token", c.SessionToken})
	}
	return headers
}

// dayKeys are the keys of a day and of credentials by region. They are not changed: another day, other
// credentials or one more region take new ones.
type dayKeys struct {
	keyOwner
	regions map[string]*sync.Pool
}

type keyOwner struct{ day, id, secret string }

// maxRegions bounds the keys that are kept; AWS has fewer regions.
const maxRegions = 64

// desk is what one signature needs at a time: an HMAC that was given the key of a day and a region, and room to write.
type desk struct {
	mac  hash.Hash
	text []byte
}

// desks are those for a region.
func (s *sigV4) desks(region string, of keyOwner) *sync.Pool {
	last := s.last.Load()
	same := last != nil && last.keyOwner == of
	if same {
		if desks, ok := last.regions[region]; ok {
			return desks
		}
	}
	key := derive(region, of)
	desks := &sync.Pool{New: func() any { return &desk{mac: hmac.New(sha256.New, key)} }}
	regions := map[string]*sync.Pool{region: desks}
	if same && len(last.regions) < maxRegions {
		maps.Copy(regions, last.regions)
	}
	s.last.Store(&dayKeys{of, regions}) // what another request stored meanwhile is derived again
	return desks
}

func derive(region string, of keyOwner) []byte {
	key := []byte("AWS4" + of.secret)
	for _, part := range [...]string{of.day, region, service, terminator} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return key
}

func appendScope(b []byte, day, region string) []byte {
	b = append(b, day...)
	b = append(b, '/')
	b = append(b, region...)
	return append(b, "/"+service+"/"+terminator...)
}

// appendEscaped escapes a path once more, as AWS does: %3A becomes %253A.
func appendEscaped(b []byte, path string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(path) {
		switch c := path[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '-' <= c && c <= '9', c == '_', c == '~': // - . / and digits are neighbours
			b = append(b, c)
		default:
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

// appendTrimmed leaves out what AWS does of a header's value: blanks around it, and of several inside all but one.
func appendTrimmed(b []byte, value string) []byte {
	value = strings.TrimSpace(value)
	for i := range len(value) {
		if value[i] != ' ' || value[i-1] != ' ' {
			b = append(b, value[i])
		}
	}
	return b
}
