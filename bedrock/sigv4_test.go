package bedrock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"
)

// post is a request to be signed.
type post struct {
	of                 aws.Credentials
	region, host, path string
	body               string
	at                 time.Time
}

func (p *post) ours(s *sigV4) []Header {
	return s.sign(&p.of, p.region, p.host, p.path, []byte(p.body), p.at)
}

// byAWS is what AWS's signer says, a new one, which has kept no keys.
func (p *post) byAWS(t testing.TB) []Header {
	t.Helper()
	r := &http.Request{
		Method: http.MethodPost,
		Host:   p.host,
		// Opaque keeps the path as it is, escaped: a url.Path would lose a %2F.
		URL:           &url.URL{Scheme: "https", Host: p.host, Opaque: "//" + p.host + p.path},
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: -1,
	}
	sum := sha256.Sum256([]byte(p.body))
	if err := v4.NewSigner().SignHTTP(context.Background(), p.of, r, hex.EncodeToString(sum[:]), "bedrock", p.region, p.at); err != nil {
		t.Fatal(err)
	}
	headers := []Header{{"authorization", r.Header.Get("Authorization")}, {"x-amz-date", r.Header.Get("X-Amz-Date")}}
	if token := r.Header.Get("X-Amz-Security-Token"); token != "" {
		headers = append(headers, Header{"x-amz-security-token", token})
	}
	return headers
}

// compare signs p by s, which may have kept keys, and by AWS.
func (p *post) compare(t testing.TB, s *sigV4) {
	t.Helper()
	if diff := cmp.Diff(p.byAWS(t), p.ours(s)); diff != "" {
		t.Errorf("%+v: -AWS +ours:\n%s", p, diff)
	}
}

// example is a request as most are.
func example() post {
	return post{
		of:     aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
		region: "us-east-1", host: Host("us-east-1"), path: Path("anthropic.claude-haiku-5-5-v1:0", false),
		body: `{"messages":[]}`, at: time.Date(2026, 2, 28, 23, 59, 59, 999_999_999, time.UTC),
	}
}

// TestSignsAsAWS: one signer for all, in this order, so that every change meets keys kept from before.
func TestSignsAsAWS(t *testing.T) {
	p := example()
	var s sigV4
	for _, step := range []struct {
		name   string
		change func()
	}{
		{"the first", func() {}},
		{"the kept key", func() { p.body = "" }},
		{"a stream", func() { p.path = Path("anthropic.claude-haiku-5-5-v1:0", true) }},
		{"an ARN with slashes", func() { p.path = Path("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", false) }},
		{"what needs escaping in a path", func() { p.path = "/model/a:b@c+d e%2f~_-.é,/invoke" }},
		{"midnight", func() { p.at = p.at.Add(1) }},
		{"the day before, of a clock set back", func() { p.at = p.at.Add(-time.Second) }},
		{"midnight elsewhere", func() { p.at = p.at.Add(time.Hour).In(time.FixedZone("", -7*3600)) }},
		{"another region", func() { p.region, p.host = "cn-north-1", Host("cn-north-1") }},
		{"a region and host from elsewhere", func() { p.host = "vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com:8443" }},
		{"an address", func() { p.host = "[::1]:8443" }},
		{"a session", func() { p.of.AccessKeyID, p.of.SessionToken = "ASIAIOSFODNN7EXAMPLE", "IQoJb3JpZ2luX2VjE==" }},
		{"a token with blanks", func() { p.of.SessionToken = " \t a  b   c\td  " }},
		{"another secret for the same id", func() { p.of.SecretAccessKey = "other" }},
		{"a long secret", func() { p.of.SecretAccessKey = strings.Repeat("secret", 20) }},
		{"no secret", func() { p.of = aws.Credentials{} }},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.change()
			p.compare(t, &s)
		})
	}
}

// hosts are names and addresses with or without a port; others are in no configuration. AWS's signer changes those
// with the port of https.
var hosts = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// FuzzSign: whatever is signed, and whatever was signed before it, the headers are AWS's.
func FuzzSign(f *testing.F) {
	e := example()
	f.Add(e.host, e.path, e.region, e.body, e.of.AccessKeyID, e.of.SecretAccessKey, "", e.at.Unix(), int64(1), "secret", "eu-west-1")
	f.Add("[::1]:8443", "/model/%252F é/converse", "", "\x00", "id", "", "a  token ", int64(0), int64(-86400), "", "")
	f.Add("h:80", "/", "r", "", "", "s", " ", int64(1<<31), int64(86399), "s", "r")
	f.Fuzz(func(t *testing.T, host, path, region, body, id, secret, token string, at, later int64, secret2, region2 string) {
		if !hosts.MatchString(host) || strings.HasSuffix(host, ":443") || strings.Contains(path, "?") { // a path has no query
			t.Skip()
		}
		const years = 200 * 365 * 86400
		at, later = at%years, later%years
		p := post{aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}, region, host, "/" + path, body, time.Unix(at, 0)}
		var s sigV4
		for range 2 {
			first := p
			first.compare(t, &s)
			first.compare(t, &s) // by the kept key
			next := first
			next.at = next.at.Add(time.Duration(later) * time.Second)
			next.compare(t, &s)
			next = first
			next.of.SecretAccessKey = secret2
			next.compare(t, &s)
			next.region = region2
			next.compare(t, &s)
			next.of.SecretAccessKey = secret
			next.compare(t, &s)
		}
	})
}

// TestSignWhileCredentialsChange: requests that overlap with other credentials, days and regions get the signature of
// their own. Paths are long so that a goroutine is often stopped while it writes one.
func TestSignWhileCredentialsChange(t *testing.T) {
	const regions, rounds = 3, 50
	var posts []post
	var want [][]Header
	for i := range 4 * regions {
		p := example()
		p.of.SecretAccessKey = fmt.Sprint("secret", i/(2*regions))
		p.at = p.at.Add(time.Duration(i/regions%2) * time.Second)
		p.region, p.path = fmt.Sprint("region-", i%regions), strings.Repeat("/:", 1<<15)
		posts, want = append(posts, p), append(want, p.byAWS(t))
	}
	var s sigV4
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range rounds {
				n := (g + i/5) % len(posts)
				if diff := cmp.Diff(want[n], posts[n].ours(&s)); diff != "" {
					t.Errorf("request %d: -AWS +ours:\n%s", n, diff)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestKeysAreBounded: neither regions nor credentials nor days pile up.
func TestKeysAreBounded(t *testing.T) {
	var s sigV4
	p := example()
	for i := range 3 * maxRegions {
		p.region = fmt.Sprint("region-", i)
		p.ours(&s)
		if n := len(s.last.Load().regions); n > maxRegions {
			t.Fatalf("after %d regions: got %d keys, want at most %d", i+1, n, maxRegions)
		}
	}
	for name, change := range map[string]func(){
		"id":     func() { p.of.AccessKeyID += "2" },
		"secret": func() { p.of.SecretAccessKey += "2" },
		"day":    func() { p.at = p.at.Add(24 * time.Hour) },
	} {
		change()
		p.ours(&s)
		if n := len(s.last.Load().regions); n != 1 {
			t.Errorf("another %s: got %d keys, want 1", name, n)
		}
	}
}

// TestSignByTheCorrectedClock: what Learn found out is in the date that is signed.
func TestSignByTheCorrectedClock(t *testing.T) {
	p := example()
	s := NewSigner(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return p.of, nil }))
	ahead := time.Now().Add(36 * time.Hour)
	if !s.Learn("InvalidSignatureException", ahead.UTC().Format(http.TimeFormat)) {
		t.Fatal("a clock that is wrong by a day and a half was not set")
	}
	got, err := s.Sign(context.Background(), p.region, p.host, p.path, []byte(p.body))
	if err != nil {
		t.Fatal(err)
	}
	if p.at, err = time.Parse(timeForm, got[1].Value); err != nil {
		t.Fatal(err)
	}
	if off := p.at.Sub(ahead).Abs(); off > time.Minute {
		t.Errorf("signed at %s, want %s", p.at, ahead)
	}
	if diff := cmp.Diff(p.byAWS(t), got); diff != "" {
		t.Errorf("-AWS +ours:\n%s", diff)
	}
}
