package bedrock

import (
	"bytes"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// streamOf frames a stream of n tokens as Bedrock does.
func streamOf(b *testing.B, n int) []byte {
	var out bytes.Buffer
	frame := func(kind, payload string) {
		m := eventstream.Message{Payload: []byte(payload)}
		m.Headers.Set(":message-type", eventstream.StringValue("event"))
		m.Headers.Set(":event-type", eventstream.StringValue(kind))
		m.Headers.Set(":content-type", eventstream.StringValue("application/json"))
		if err := eventstream.NewEncoder().Encode(&out, m); err != nil {
			b.Fatal(err)
		}
	}
	frame("messageStart", `{"role":"assistant"}`)
	for range n {
		frame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":" token"},"p":"abcdefghijklmnop"}`)
	}
	frame("contentBlockStop", `{"contentBlockIndex":0}`)
	frame("messageStop", `{"stopReason":"end_turn"}`)
	frame("metadata", `{"usage":{"inputTokens":10,"outputTokens":100,"totalTokens":110},"metrics":{"latencyMs":100}}`)
	return out.Bytes()
}

// BenchmarkDecoder decodes and collects a stream of 100 tokens that come one by one.
func BenchmarkDecoder(b *testing.B) {
	stream := streamOf(b, 100)
	size := len(stream) / 104
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		var d Decoder
		var c Collector
		for rest := stream; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			d.Feed(rest[:min(size, len(rest))])
			for {
				ev, ok, err := d.Next()
				if err != nil {
					b.Fatal(err)
				}
				if !ok {
					break
				}
				c.Add(&ev)
			}
		}
		if err := d.End(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAnswer(b *testing.B) {
	body := []byte(`{"output":{"message":{"role":"assistant","content":[{"text":"The meeting is on Monday now."}]}},"stopReason":"end_turn","usage":{"inputTokens":200,"outputTokens":14,"totalTokens":214},"metrics":{"latencyMs":210}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseAnswer(body); err != nil {
			b.Fatal(err)
		}
	}
}
