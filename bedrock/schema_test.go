package bedrock

import "testing"

func TestClosed(t *testing.T) {
	for _, c := range []struct{ schema, want string }{
		{`{"type":"object"}`, `{"type":"object","additionalProperties":false}`},
		{`{"properties":{"a":{"type":"string"}}}`, `{"properties":{"a":{"type":"string"}},"additionalProperties":false}`},
		{`{"type":"object","additionalProperties":false}`, `{"type":"object","additionalProperties":false}`},
		{`{"type":"array","items":{"type":"object"}}`, `{"type":"array","items":{"type":"object","additionalProperties":false}}`},
		{`{"anyOf":[{"type":"object"},{"type":"null"},true]}`, `{"anyOf":[{"type":"object","additionalProperties":false},{"type":"null"},true]}`},
		{`{"$ref":"#/$defs/x","$defs":{"x":{"type":"object","required":["a"]}}}`, `{"$ref":"#/$defs/x","$defs":{"x":{"type":"object","required":["a"],"additionalProperties":false}}}`},
		{`{"type":"object","properties":{"type":{"const":"object"},"properties":{"type":"integer"}}}`, `{"type":"object","properties":{"type":{"const":"object"},"properties":{"type":"integer"}},"additionalProperties":false}`},
		{`{"enum":[{"type":"object"}],"maximum":1.50}`, `{"enum":[{"type":"object"}],"maximum":1.50}`},
		{`{}`, `{}`},
	} {
		if got, ok := closed([]byte(c.schema)); !ok || string(got) != c.want {
			t.Errorf("closed(%s)\n got %s, %v\nwant %s, true", c.schema, got, ok, c.want)
		}
	}
	for _, open := range []string{
		`{"type":"object","additionalProperties":true}`,
		`{"type":"object","additionalProperties":{"type":"string"}}`,
		`{"type":"array","items":{"additionalProperties":{}}}`,
		`{"anyOf":[{"type":"object","additionalProperties":true},{"type":"null"}]}`,
	} {
		if got, ok := closed([]byte(open)); ok {
			t.Errorf("closed(%s): got %s, want none", open, got)
		}
	}
}
