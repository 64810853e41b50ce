package web

import (
	"encoding/json"
	"testing"
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
