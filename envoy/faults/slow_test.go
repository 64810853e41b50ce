package faults

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/coder/websocket"

	"ockham/internal/emulator"
)

// Answers whose clients do not read them count: what is more than there is room for keeps new requests out,
// cuts no stream, and is given back once the clients have gone.
func TestSlowReadersKeepOthersOut(t *testing.T) {
	const clients, size = 16, 4 << 20
	r := newRig(t, setup{sockets: true, config: "limits: {memory: 64MiB, body: 8MiB}\n"})
	r.bedrocks[0].use(endless(size))
	ws := r.dial()
	var open []io.Closer
	for i := range clients / 2 {
		if err := ws.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"id":"%d","prompt":"Hello."}`, i)); err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(r.url()+"/api/v1/generate", "application/json", strings.NewReader(`{"prompt":"Hello.","stream":true}`))
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == http.StatusOK {
			open = append(open, resp.Body)
		}
	}
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, why := (question{id: 1}).ask(http.DefaultClient, r.url()); strings.HasPrefix(why, "503 unavailable") {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("nobody is kept out, with %v bytes in hand", r.services[0].metric("ockham_load_bytes"))
		}
	}
	if n := r.services[0].metric("ockham_load_bytes"); n < 60<<20 || n > 3*1.3*clients*size {
		t.Errorf("%v bytes are counted", n)
	}
	for _, body := range open {
		body.Close()
	}
	_ = ws.CloseNow()
	r.bedrocks[0].become(emulator.Config{})
	r.answersAgain()
}

// endless writes streams of so many bytes, and then waits for their clients to leave.
func endless(size int) http.Handler {
	delta := frame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"`+strings.Repeat("a word or two ", 300)+`"}}`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
		_, _ = w.Write(frame("messageStart", `{"role":"assistant"}`))
		for n := 0; n < size; n += len(delta) {
			if _, err := w.Write(delta); err != nil {
				return
			}
		}
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
}

// frame is one event of a stream of Bedrock's.
func frame(kind, payload string) []byte {
	var b bytes.Buffer
	_ = eventstream.NewEncoder().Encode(&b, eventstream.Message{Payload: []byte(payload), Headers: eventstream.Headers{
		{Name: ":event-type", Value: eventstream.StringValue(kind)}, {Name: ":message-type", Value: eventstream.StringValue("event")},
	}})
	return b.Bytes()
}
