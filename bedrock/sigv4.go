package bedrock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// SigV4 for the one kind of request that is signed here: a POST of JSON, without a query. The key of a day,
// region and account is derived once, and whatever of a request is the same for all of one model is cut out
// of the general algorithm, which AWS's own signer runs for each. Tests hold the two against each other.

const (
	algorithm   = "AWS4-HMAC-SHA256"
	timeFormat  = "20060102T150405Z"
	dateFormat  = "20060102"
	contentType = "application/json"
)

// signingKey is what a day's signatures for a region are made with. Its pool holds keyed hashes ready to use.
type signingKey struct {
	scope string // 20261128/us-east-1/bedrock/aws4_request
	pool  sync.Pool
}

// keyring keeps the keys in use. They change once a day and with the credentials, so that it starts anew
// when it holds more than a few.
type keyring struct {
	mu   sync.RWMutex
	keys map[keyOf]*signingKey
}

type keyOf struct{ secret, region, date string }

const maxKeys = 64

func (k *keyring) get(of keyOf) *signingKey {
	k.mu.RLock()
	key := k.keys[of]
	k.mu.RUnlock()
	if key != nil {
		return key
	}
	key = newSigningKey(of)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil || len(k.keys) >= maxKeys {
		k.keys = map[keyOf]*signingKey{}
	}
	k.keys[of] = key
	return key
}

func newSigningKey(of keyOf) *signingKey {
	key := []byte("AWS4" + of.secret)
	for _, part := range []string{of.date, of.region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	s := &signingKey{scope: of.date + "/" + of.region + "/" + service + "/aws4_request"}
	s.pool.New = func() any { return hmac.New(sha256.New, key) }
	return s
}

// signature appends the hex form of text's signature to dst.
func (k *signingKey) signature(dst, text []byte) []byte {
	mac := k.pool.Get().(hash.Hash)
	mac.Reset()
	mac.Write(text)
	var sum [sha256.Size]byte
	dst = hex.AppendEncode(dst, mac.Sum(sum[:0]))
	k.pool.Put(mac)
	return dst
}

// signV4 returns the headers of a signed POST of body. path is escaped as it will be sent.
func (s *Signer) signV4(c *aws.Credentials, region, host, path string, body []byte, now time.Time) []Header {
	var stamp [len(timeFormat)]byte
	date := string(now.UTC().AppendFormat(stamp[:0], timeFormat))
	key := s.keys.get(keyOf{c.SecretAccessKey, region, date[:len(dateFormat)]})
	signed := "content-type;host;x-amz-date"
	if c.SessionToken != "" {
		signed += ";x-amz-security-token"
	}
	var scratch [1024]byte
	canonical := sha256.Sum256(appendCanonical(scratch[:0], c, host, path, date, signed, body))

	text := append(append(scratch[:0], algorithm+"\n"...), date...)
	text = append(append(append(text, '\n'), key.scope...), '\n')
	text = hex.AppendEncode(text, canonical[:])

	value := make([]byte, 0, 256)
	value = append(append(value, algorithm+" Credential="...), c.AccessKeyID...)
	value = append(append(value, '/'), key.scope...)
	value = append(append(value, ", SignedHeaders="...), signed...)
	value = key.signature(append(value, ", Signature="...), text)

	headers := append(make([]Header, 0, 3), Header{"authorization", string(value)}, Header{"x-amz-date", date})
	if c.SessionToken != "" {
		headers = append(headers, Header{"x-amz-security-token", c.SessionToken})
	}
	return headers
}

// appendCanonical writes the request in the one form in which both sides hash it.
func appendCanonical(dst []byte, c *aws.Credentials, host, path, date, signed string, body []byte) []byte {
	dst = append(dst, "POST\n"...)
	dst = appendEscaped(dst, path)
	dst = append(dst, "\n\ncontent-type:"+contentType+"\nhost:"...)
	dst = append(append(dst, host...), "\nx-amz-date:"...)
	dst = append(append(dst, date...), '\n')
	if c.SessionToken != "" {
		dst = append(append(append(dst, "x-amz-security-token:"...), c.SessionToken...), '\n')
	}
	dst = append(append(append(dst, '\n'), signed...), '\n')
	sum := sha256.Sum256(body)
	return hex.AppendEncode(dst, sum[:])
}

// appendEscaped escapes a path that is escaped already once more, as all services but S3 want it.
func appendEscaped(dst []byte, path string) []byte {
	for i, segment := range strings.Split(path, "/") {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = append(dst, strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")...)
	}
	return dst
}
