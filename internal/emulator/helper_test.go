package emulator

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

const (
	haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
	opus  = "us.anthropic.claude-opus-5-5"
	micro = "amazon.nova-micro-v1:0"
	titan = "amazon.titan-text-express-v1"
	scout = "us.meta.llama4-scout-17b-instruct-v1:0"
	mixed = "mistral.mixtral-8x7b-instruct-v0:1"
)

func newServer(t *testing.T, config Config) *Server {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return s
}

func start(t *testing.T, config Config) *Running {
	t.Helper()
	running, err := Start(config)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(running.Close)
	return running
}

// reply is what an unsigned call answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// call sends body to a handler that does not verify signatures.
func call(t *testing.T, s http.Handler, model, op, body string) reply {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/model/"+escape(model, false)+"/"+op, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

// ask is a Converse request of one user turn.
func ask(text string) string {
	return `{"messages":[{"role":"user","content":[{"text":` + mustJSON(text) + `}]}]}`
}

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (r reply) message() string {
	var body struct{ Message string }
	_ = json.Unmarshal(r.body, &body)
	return body.Message
}

// kind is the error's type without its name space.
func (r reply) kind() string {
	kind, _, _ := strings.Cut(r.header.Get("X-Amzn-ErrorType"), ":")
	return kind
}

// converseReply is the part of a Converse answer that tests look at.
type converseReply struct {
	Output struct {
		Message struct {
			Role    string
			Content []contentBlock
		}
	}
	StopReason string
	Usage      map[string]int
	Metrics    struct{ LatencyMs *int }
}

type contentBlock struct {
	Text             *string
	ToolUse          *toolUse
	ReasoningContent *struct {
		ReasoningText struct{ Text, Signature string }
	}
}

type toolUse struct {
	ToolUseID string `json:"toolUseId"`
	Name      string
	Input     map[string]any
}

func (r reply) converse(t *testing.T) converseReply {
	t.Helper()
	var c converseReply
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.body, &c); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return c
}

func (c converseReply) text() string {
	var text strings.Builder
	for _, b := range c.Output.Message.Content {
		if b.Text != nil {
			text.WriteString(*b.Text)
		}
	}
	return text.String()
}

// frame is one decoded event of a stream.
type frame struct {
	kind, name string // event or exception, and its type
	payload    map[string]any
}

// frames decodes a stream with AWS's own decoder; the error is what a client would see at its end.
func frames(t *testing.T, body []byte) ([]frame, error) {
	t.Helper()
	var found []frame
	for len(body) > 0 {
		if len(body) < 4 || int(binary.BigEndian.Uint32(body)) > len(body) {
			return found, io.ErrUnexpectedEOF
		}
		size := binary.BigEndian.Uint32(body)
		m, err := eventstream.NewDecoder().Decode(bytes.NewReader(body[:size]), nil)
		if err != nil {
			return found, err
		}
		body = body[size:]
		f := frame{kind: m.Headers.Get(":message-type").String()}
		f.name = m.Headers.Get(":" + f.kind + "-type").String()
		if err := json.Unmarshal(m.Payload, &f.payload); err != nil {
			t.Fatalf("payload %q: %v", m.Payload, err)
		}
		found = append(found, f)
	}
	return found, nil
}

// names are the frames' types, repetitions left out.
func names(all []frame) []string {
	var list []string
	for _, f := range all {
		if len(list) == 0 || list[len(list)-1] != f.name {
			list = append(list, f.name)
		}
	}
	return list
}

// streamText joins the text deltas.
func streamText(all []frame) string {
	var text strings.Builder
	for _, f := range all {
		if part, ok := asObject(f.payload["delta"])["text"].(string); ok {
			text.WriteString(part)
		}
	}
	return text.String()
}
