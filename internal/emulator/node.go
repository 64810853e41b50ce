package emulator

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// node is a value of the request's JSON and its place. Bedrock names places in two ways: its own rules count from 0
// (messages.0.content.1), the constraints of the API model count from 1 and put "member" behind each list
// (messages.1.member.content.2.member).
type node struct {
	value  any
	parent *node
	key    string
	index  int // in a list, when key is empty
	reader *reader
}

// reader collects what is wrong with a body: violations of constraints are reported together, a value of the wrong type
// ends the reading.
type reader struct {
	violations []string
	unreadable *apiError
	ignored    []string // members that the operation does not have
}

func (n *node) path() string   { return n.place(0, "") }
func (n *node) member() string { return n.place(1, ".member") }

func (n *node) place(first int, suffix string) string {
	if n.parent == nil {
		return n.key
	}
	name := n.key
	if name == "" {
		name = strconv.Itoa(n.index+first) + suffix
	}
	if prefix := n.parent.place(first, suffix); prefix != "" {
		return prefix + "." + name
	}
	return name
}

func (n *node) missing() bool { return n.value == nil }

func (n *node) child(key string, value any) *node {
	return &node{value: value, parent: n, key: key, reader: n.reader}
}

// field is a member of an object; absent and null are the same.
func (n *node) field(key string) *node {
	return n.child(key, n.object()[key])
}

func (n *node) object() map[string]any {
	object, ok := n.value.(map[string]any)
	if !ok && n.value != nil {
		n.wrongType("structure or map")
	}
	return object
}

func (n *node) list() []*node {
	values, ok := n.value.([]any)
	if !ok && n.value != nil {
		n.wrongType("list")
	}
	nodes := make([]*node, len(values))
	for i, value := range values {
		nodes[i] = &node{value: value, parent: n, index: i, reader: n.reader}
	}
	return nodes
}

func (n *node) text() string {
	text, ok := n.value.(string)
	if !ok && n.value != nil {
		n.wrongType("string")
	}
	return text
}

func (n *node) number() *float64 {
	number, ok := n.value.(float64)
	if !ok {
		if n.value != nil {
			n.wrongType("number")
		}
		return nil
	}
	return &number
}

func (n *node) integer() *int {
	number := n.number()
	if number == nil {
		return nil
	}
	if *number != math.Trunc(*number) || math.Abs(*number) > math.MaxInt32 {
		n.wrongType("integer")
		return nil
	}
	integer := int(*number)
	return &integer
}

func (n *node) boolean() bool {
	truth, ok := n.value.(bool)
	if !ok && n.value != nil {
		n.wrongType("boolean")
	}
	return truth
}

func (n *node) wrongType(wanted string) {
	if n.reader.unreadable == nil {
		n.reader.unreadable = unreadable("%s can not be converted to a %s", kindOf(n.value), wanted)
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "STRING_VALUE"
	case float64:
		return "NUMBER_VALUE"
	case bool:
		return "BOOLEAN_VALUE"
	case []any:
		return "START_ARRAY"
	}
	return "START_OBJECT"
}

// known notes members that are not among names. Bedrock ignores them, which is how a misspelt field goes unnoticed, so
// the emulator tells in a header.
func (n *node) known(names ...string) {
	for key := range n.object() {
		if !slices.Contains(names, key) {
			n.reader.ignored = append(n.reader.ignored, n.child(key, nil).path())
		}
	}
}

// violate notes a broken constraint of the API model. Only short scalars are quoted.
func (n *node) violate(constraint string) {
	value := ""
	if text, ok := n.value.(string); ok && len(text) <= 256 {
		value = " '" + text + "'"
	}
	n.reader.violations = append(n.reader.violations,
		fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", value, n.member(), constraint))
}

func (n *node) require() *node {
	if n.value == nil {
		n.reader.violations = append(n.reader.violations,
			fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", n.member()))
	}
	return n
}

func (n *node) length(size, least, most int) {
	if size < least {
		n.violate(fmt.Sprintf("Member must have length greater than or equal to %d", least))
	}
	if size > most {
		n.violate(fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

func (n *node) between(least, most float64) {
	number := n.number()
	if number == nil {
		return
	}
	if *number < least {
		n.violate(fmt.Sprintf("Member must have value greater than or equal to %v", least))
	}
	if *number > most {
		n.violate(fmt.Sprintf("Member must have value less than or equal to %v", most))
	}
}

func (n *node) oneOf(values ...string) string {
	text := n.text()
	if n.value != nil && !slices.Contains(values, text) {
		n.violate("Member must satisfy enum value set: [" + strings.Join(values, ", ") + "]")
	}
	return text
}

// named checks an identifier of the API model: a length and the characters it may have.
func (n *node) named(extra string, most int) string {
	text := n.text()
	if strings.ContainsFunc(text, func(r rune) bool { return !nameRune(r, extra) }) || text == "" {
		n.violate("Member must satisfy regular expression pattern: [a-zA-Z0-9" + extra + "]+")
	}
	n.length(len(text), 1, most)
	return text
}

func nameRune(r rune, extra string) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(extra, r)
}

// err is the whole reading's fault, or nil.
func (r *reader) err() *apiError {
	if r.unreadable != nil {
		return r.unreadable
	}
	if len(r.violations) == 0 {
		return nil
	}
	return violation(r.violations...)
}

func violation(all ...string) *apiError {
	plural := "s"
	if len(all) == 1 {
		plural = ""
	}
	return invalid("%d validation error%s detected: %s", len(all), plural, strings.Join(all, "; "))
}
