package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// frame is what a client sends over the socket: a generate request with an id, or a cancellation.
type frame struct {
	ID     string
	Cancel bool
	Body   []byte // of POST /api/v1/generate, streamed
}

var (
	errNoJSON = errors.New("a frame must be a JSON object with an \"id\", as text")
	errNoID   = errors.New("\"id\" must be a string of 1 to 128 bytes that names this request")
	errType   = errors.New("\"type\" may only be \"cancel\"; leave it out to send a request")
)

// maxID bounds the ids that clients choose, in bytes.
const maxID = 128

// parseFrame reads a frame. With an error the id is filled as far as it is known.
func parseFrame(data []byte) (f frame, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
		return f, errNoJSON
	}
	if err := json.Unmarshal(fields["id"], &f.ID); err != nil || f.ID == "" || len(f.ID) > maxID {
		f.ID = ""
		return f, errNoID
	}
	if t, ok := fields["type"]; ok {
		f.Cancel = string(t) == `"cancel"`
		if !f.Cancel {
			return f, errType
		}
		return f, nil
	}
	delete(fields, "id")
	fields["stream"] = json.RawMessage("true")
	f.Body, err = json.Marshal(fields)
	return f, err
}

// reply makes a server frame of one server-sent event: its data's members, with the client's id and the
// type added. The id that an answer has of its own is told as request_id.
func reply(id, kind string, data []byte) []byte {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return errorFrame(id, "internal", "internal error")
	}
	if own, ok := fields["id"]; ok {
		fields["request_id"] = own
	}
	fields["id"], _ = json.Marshal(id)
	fields["type"], _ = json.Marshal(kind)
	out, err := json.Marshal(fields)
	if err != nil {
		return errorFrame(id, "internal", "internal error")
	}
	return out
}

// errorFrame tells a client what is wrong; id is nil where the frame had none.
func errorFrame(id any, code, message string) []byte {
	out, _ := json.Marshal(map[string]any{
		"id": id, "type": "error", "error": map[string]any{"code": code, "message": message},
	})
	return out
}

func decodeStrict(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New("the body must be a JSON object with only the documented fields: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body must be one JSON object")
	}
	return nil
}
