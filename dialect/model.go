package dialect

import "strings"

// ask notes the model that a client named. "auto", like no name, leaves the choice open. Names end up
// in a path of Bedrock's, so what could not be part of a model id or an ARN is refused.
func (c *Call) ask(name string) error {
	c.Asked = name
	if name == "" || name == "auto" {
		return nil
	}
	if !modelName(name) {
		return wrong("", "must be auto, a pipe, a model id or an ARN")
	}
	c.Model = name
	return nil
}

// modelName tells whether name has the form of a model id, an inference profile's id or ARN, or of a
// name from the configuration: letters and digits with . _ - : / between them.
func modelName(name string) bool {
	if len(name) > 2048 || !wordByte(name[0]) || !wordByte(name[len(name)-1]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !wordByte(c) && strings.IndexByte("._-:/", c) < 0 {
			return false
		}
	}
	return !strings.Contains(name, "..") && !strings.Contains(name, "//") && !strings.Contains(name, "/.")
}

func wordByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' }

// shownModel is the model that a client is told: the one that answered, or what it asked for.
func shownModel(c *Call, r *Reply) string {
	switch {
	case r.Model != "":
		return r.Model
	case c.Asked != "":
		return c.Asked
	}
	return "auto"
}

// ModelsList is the body of GET /v1/models: the names that a client may ask for, in a form that both
// OpenAI's and Anthropic's clients read.
func ModelsList(names []string) []byte {
	dst := []byte(`{"object":"list","data":[`)
	for _, name := range names {
		dst = append(separate(dst), ModelInfo(name)...)
	}
	dst = append(dst, `],"has_more":false`...)
	if len(names) == 0 {
		return append(dst, `,"first_id":null,"last_id":null}`...)
	}
	dst = appendField(dst, "first_id", names[0])
	dst = appendField(dst, "last_id", names[len(names)-1])
	return append(dst, '}')
}

// ModelInfo is the body of GET /v1/models/{name}.
func ModelInfo(name string) []byte {
	dst := appendField([]byte{'{'}, "id", name)
	dst = append(dst, `,"object":"model","created":0,"owned_by":"ockham","type":"model"`...)
	dst = appendField(dst, "display_name", name)
	return append(dst, `,"created_at":"1970-01-01T00:00:00Z","lifecycle":"active"}`...)
}
