package bedrock

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// frames writes events as Bedrock does.
func frames(t testing.TB, events ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	e := eventstream.NewEncoder()
	for _, ev := range events {
		m := eventstream.Message{Payload: []byte(ev[1])}
		m.Headers.Set(":message-type", eventstream.StringValue("event"))
		m.Headers.Set(":event-type", eventstream.StringValue(ev[0]))
		if err := e.Encode(&out, m); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// FuzzDecoder: whatever comes as a stream, in whatever pieces, ends in events or an error; what was
// collected is an answer that can be sent on.
func FuzzDecoder(f *testing.F) {
	whole := frames(f, [2]string{"messageStart", `{"role":"assistant"}`}, [2]string{"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"hi"}}`},
		[2]string{"contentBlockStart", `{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"1","name":"w"}}}`},
		[2]string{"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":1}"}}}`},
		[2]string{"contentBlockDelta", `{"contentBlockIndex":2,"delta":{"reasoningContent":{"text":"hm"}}}`},
		[2]string{"messageStop", `{"stopReason":"end_turn"}`}, [2]string{"metadata", `{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}`})
	f.Add(whole, 7)
	f.Add(whole[:len(whole)-3], 1)
	f.Add([]byte{0, 0, 0, 16, 0, 0, 0, 0}, 3)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		var d Decoder
		var c Collector
		for size = max(1, size&0xffff); len(data) > 0; {
			n := min(size, len(data))
			d.Feed(data[:n])
			data = data[n:]
			for {
				ev, ok, err := d.Next()
				if err != nil {
					return
				}
				if !ok {
					break
				}
				c.Add(&ev)
			}
		}
		c.Close()
		c.Answer.Events()
	})
}

// FuzzAnswer: a plain answer is read or refused, and what was read can be streamed.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"output":{"message":{"role":"assistant","content":[{"text":"hi"},{"toolUse":{"toolUseId":"1","name":"w","input":{}}}]}},"stopReason":"end_turn","usage":{"inputTokens":1}}`))
	f.Add([]byte(`{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`))
	f.Add([]byte(`{"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"a","signature":"b"}}},{"x":1}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := ParseAnswer(body)
		if err != nil {
			return
		}
		a.Events()
		for i := range a.Content {
			if out := AppendBlock(nil, &a.Content[i]); json.Valid(body) && !json.Valid(out) {
				t.Errorf("%s: block %d is written as %s", body, i, out)
			}
		}
	})
}

// FuzzError: whatever Bedrock refuses with is an error.
func FuzzError(f *testing.F) {
	f.Add(400, "ValidationException:http://x", []byte(`{"message":"m"}`))
	f.Add(403, "", []byte(`{"Message":"m","__type":"a#B"}`))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if e := ParseError(status, kind, "", body); e == nil || e.Error() == "" {
			t.Errorf("%d %q %q: got no error", status, kind, body)
		}
	})
}
