package emulator

import (
	"bytes"
	"encoding/json"
	"strings"
)

// encodeJSON writes value without the HTML escapes that encoding/json adds and Bedrock does not. Everything passed in is
// made of strings, numbers, maps and slices, so that it cannot fail.
func encodeJSON(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// asObject returns the members of a JSON object, or nil.
func asObject(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

// parseObject reads text as one JSON object.
func parseObject(text string) (map[string]any, bool) {
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil {
		return nil, false
	}
	return object, true
}

// leadingObject reads the JSON object that text begins with, and returns what follows it.
func leadingObject(text string) (map[string]any, string) {
	decoder := json.NewDecoder(strings.NewReader(text))
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, text
	}
	return object, text[decoder.InputOffset():]
}
