package web

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFrame: a client's frame is read or refused; what it is read into is a request that can be posted.
func FuzzFrame(f *testing.F) {
	for _, s := range []string{`{"id":"a","prompt":"hi"}`, `{"id":"a","type":"cancel"}`, `{"id":7}`, `[]`, `{"id":"a","id":"b"}`, `{`, `{"id":"","prompt":1}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseFrame(data)
		if err == nil && got.Body != nil && json.Valid(data) && !json.Valid(got.Body) {
			t.Errorf("%q: the request is %q", data, got.Body)
		}
		if reply := errorFrame(got.ID, "c", string(data)); !json.Valid(reply) {
			t.Errorf("%q: the error is %q", data, reply)
		}
	})
}

// FuzzReply: whatever an event of an answer holds, what goes to the client is JSON with its id.
func FuzzReply(f *testing.F) {
	for _, s := range []string{`{"text":"a"}`, `{"id":"r","usage":{}}`, `[]`, `{`, `{"id":1,"id":2}`, "\xff"} {
		f.Add("a", "delta", []byte(s))
	}
	f.Fuzz(func(t *testing.T, id, kind string, data []byte) {
		var got struct{ ID, Type string }
		if out := reply(id, kind, data); json.Unmarshal(out, &got) != nil || got.ID != strings.ToValidUTF8(got.ID, "") || utf8.ValidString(id) && got.ID != id {
			t.Errorf("%q %q %q: the frame is %q", id, kind, data, out)
		}
	})
}

// FuzzFeedback: feedback is read or refused; what is read is within its bounds.
func FuzzFeedback(f *testing.F) {
	for _, s := range []string{`{"id":"a","score":0.5,"comment":"x"}`, `{"id":"a","score":1e999}`, `{"id":"a"}`, `{} {}`, `[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := parseFeedback(data); err == nil && (got.ID == "" || got.Score < 0 || got.Score > 1 || len(got.Comment) > maxComment) {
			t.Errorf("%q: got %+v", data, got)
		}
	})
}
