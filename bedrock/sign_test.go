package bedrock

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

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
