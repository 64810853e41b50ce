package emulator

import "strings"

// callTools decides whether the model calls a tool, and which: the one it must, or the one whose name and description
// share words with the prompt. A turn that brings results is answered in words.
func callTools(q *question) []part {
	if len(q.talk.tools) == 0 || q.talk.answersTools() && q.talk.choice.kind != "tool" {
		return nil
	}
	chosen := chooseTool(q)
	if chosen == nil {
		return nil
	}
	calls := []part{q.call(*chosen)}
	if q.faults.has(faultTwoTools) {
		calls = append(calls, q.call(secondTool(q, chosen)))
	}
	return calls
}

func chooseTool(q *question) *tool {
	all := q.talk.tools
	switch q.talk.choice.kind {
	case "tool":
		for i := range all {
			if all[i].name == q.talk.choice.name {
				return &all[i]
			}
		}
	case "any":
		if best := bestTool(q); best != nil {
			return best
		}
		return &all[0]
	}
	if best := bestTool(q); best != nil {
		return best
	}
	if q.faults.any(faultTwoTools, faultBadToolArgs) != "" {
		return &all[0]
	}
	return nil
}

// bestTool shares the most words with the prompt.
func bestTool(q *question) *tool {
	words := map[string]bool{}
	for _, word := range keywords(q.prompt, 1000) {
		words[stem(word)] = true
	}
	var best *tool
	most := 0
	for i := range q.talk.tools {
		t := &q.talk.tools[i]
		if n := shared(words, t.name+" "+t.description); n > most {
			best, most = t, n
		}
	}
	return best
}

func shared(words map[string]bool, text string) int {
	n := 0
	text = strings.NewReplacer("_", " ", "-", " ").Replace(text)
	for _, word := range keywords(text, 200) {
		if words[stem(word)] {
			n++
		}
	}
	return n
}

// stem takes off a plural, which is all that matching needs.
func stem(word string) string {
	if len(word) > 3 {
		return strings.TrimSuffix(word, "s")
	}
	return word
}

func secondTool(q *question, first *tool) tool {
	for _, t := range q.talk.tools {
		if t.name != first.name {
			return t
		}
	}
	return *first
}

func (q *question) call(t tool) part {
	input := asObject(sample(q, t.schema))
	if q.faults.has(faultBadToolArgs) {
		input = breakArguments(t.schema)
	}
	if input == nil {
		input = map[string]any{}
	}
	return part{kind: "toolUse", id: q.toolID(), name: t.name, input: input}
}

// breakArguments gives each argument a value of the wrong type, and one that the tool does not have.
func breakArguments(schema map[string]any) map[string]any {
	broken := map[string]any{"unexpected_argument": true}
	for name, property := range asObject(schema["properties"]) {
		if asObject(property)["type"] == "string" {
			broken[name] = []any{1, 2}
		} else {
			broken[name] = "not what the schema asks for"
		}
	}
	return broken
}
