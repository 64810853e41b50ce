package bedrock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"
)

// TestSignatures compares signatures with those of AWS's own signer.
func TestSignatures(t *testing.T) {
	plainKey := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	temporary := plainKey
	temporary.AccessKeyID, temporary.SessionToken = "ASIAIOSFODNN7EXAMPLE", "a/session+token=="
	s := NewSigner(nil)
	for _, c := range []aws.Credentials{plainKey, temporary} {
		for _, path := range []string{
			Path("us.anthropic.claude-haiku-5-5", false), Path("amazon.titan-text-lite-v1:0", true),
			Path("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", true),
			"/model/a%20b~c/invoke", "/model/x*y/invoke", "/model//invoke",
		} {
			for _, now := range []time.Time{time.Date(2026, 11, 28, 23, 59, 59, 0, time.UTC), time.Date(2026, 11, 29, 1, 0, 0, 0, time.FixedZone("", 7200))} {
				host, body := "bedrock-runtime.eu-west-1.amazonaws.com", []byte(`{"messages":[]}`)
				got := s.signV4(&c, "eu-west-1", host, path, body, now)
				if diff := cmp.Diff(awsSignature(t, c, "eu-west-1", host, path, body, now), got); diff != "" {
					t.Errorf("%s at %s: %s", path, now, diff)
				}
			}
		}
	}
}

func awsSignature(t *testing.T, c aws.Credentials, region, host, path string, body []byte, now time.Time) (headers []Header) {
	t.Helper()
	req := &http.Request{
		Method: http.MethodPost, Host: host, URL: &url.URL{Scheme: "https", Host: host, Opaque: "//" + host + path},
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: -1,
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(context.Background(), c, req, hex.EncodeToString(sum[:]), service, region, now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		if v := req.Header.Get(name); v != "" {
			headers = append(headers, Header{strings.ToLower(name), v})
		}
	}
	return headers
}

// TestKeyring keeps a bounded number of keys, and gives the same one again.
func TestKeyring(t *testing.T) {
	var k keyring
	first := k.get(keyOf{"secret", "us-east-1", "20261128"})
	if k.get(keyOf{"secret", "us-east-1", "20261128"}) != first {
		t.Error("the key was derived twice")
	}
	for i := range 3 * maxKeys {
		k.get(keyOf{"secret", "us-east-1", time.Unix(int64(i)*86400, 0).Format(dateFormat)})
	}
	if len(k.keys) > maxKeys {
		t.Errorf("%d keys are kept", len(k.keys))
	}
}

func BenchmarkSign(b *testing.B) {
	s := NewSigner(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
	}))
	for name, size := range map[string]int{"1KB": 1 << 10, "100KB": 100 << 10} {
		b.Run(name, func(b *testing.B) {
			body := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sign(context.Background(), "us-east-1", "bedrock-runtime.us-east-1.amazonaws.com", "/model/us.anthropic.claude-haiku-5-5/converse", body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
