package bedrock

import (
	"bytes"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// FuzzReadFrame takes a frame for whole exactly when AWS's decoder does, and reads the same of it.
func FuzzReadFrame(f *testing.F) {
	for _, payload := range []string{"", `{"p":"abc"}`} {
		m := eventstream.Message{Payload: []byte(payload)}
		for name, v := range map[string]eventstream.Value{
			":message-type": eventstream.StringValue("event"), ":event-type": eventstream.StringValue("messageStart"),
			"a": eventstream.BoolValue(true), "b": eventstream.Int8Value(1), "c": eventstream.Int16Value(1), "d": eventstream.Int32Value(1), "e": eventstream.Int64Value(1),
			"f": eventstream.BytesValue("xyz"), "g": eventstream.TimestampValue(time.Unix(0, 0)), "h": eventstream.UUIDValue{1},
		} {
			m.Headers.Set(name, v)
		}
		var b bytes.Buffer
		if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		damaged := bytes.Clone(b.Bytes())
		damaged[len(damaged)-1]++
		f.Add(damaged)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < smallest || uint32(len(b)) != uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]) {
			return // Decoder.frame cuts off whole frames only
		}
		want, err := eventstream.NewDecoder().Decode(bytes.NewReader(b), nil)
		got, ok := readFrame(b)
		if ok != (err == nil) {
			t.Fatalf("taken for whole: %v, AWS's decoder says %v", ok, err)
		}
		if !ok {
			return
		}
		if !bytes.Equal(got.payload, want.Payload) {
			t.Errorf("payload %q, want %q", got.payload, want.Payload)
		}
		for name, value := range map[string][]byte{":message-type": got.messageType, ":event-type": got.eventType} {
			if h, is := want.Headers.Get(name).(eventstream.StringValue); is && string(h) != string(value) {
				t.Errorf("%s is %q, want %q", name, value, h)
			}
		}
	})
}
