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
