package emulator

// wire is the form of one operation's answers.
type wire interface {
	// plain is the body of an answer that is not streamed.
	plain(q *question, a answer, ms int64) []byte
	// events are the frames of a streamed one.
	events(q *question, a answer, ms int64) []event
}

// event is one frame of a stream. Tokens are paced, everything else is sent along with them.
type event struct {
	name   string
	fields map[string]any
	token  bool
}

// converseWire is the form of Converse and ConverseStream.
type converseWire struct {
	mutation Mutation
}

func (w converseWire) plain(q *question, a answer, ms int64) []byte {
	content := []any{}
	for _, p := range a.parts {
		content = append(content, w.block(p))
	}
	body := map[string]any{
		"output":     map[string]any{"message": map[string]any{"role": "assistant", "content": content}},
		"stopReason": a.stop,
		"usage":      a.usage.converse(),
		"metrics":    map[string]any{"latencyMs": ms},
	}
	addOptions(body, q)
	addFields(body, q, a)
	return encodeJSON(body)
}

func (w converseWire) block(p part) map[string]any {
	block := map[string]any{}
	switch p.kind {
	case "text":
		block["text"] = p.text
	case "toolUse":
		block["toolUse"] = map[string]any{"toolUseId": p.id, "name": p.name, "input": p.input}
	case "reasoning":
		block["reasoningContent"] = map[string]any{"reasoningText": map[string]any{"text": p.text, "signature": reasoningSignature}}
	}
	if w.mutation == MutateUnionType {
		block["type"] = p.kind
	}
	return block
}

// reasoningSignature stands for the opaque text that a model signs its thoughts with.
const reasoningSignature = "RW11bGF0b3Igc2lnbmF0dXJl"

func (u usage) converse() map[string]any {
	return map[string]any{
		"inputTokens": u.input, "outputTokens": u.output, "totalTokens": u.input + u.output + u.cacheRead + u.cacheWrite,
		"cacheReadInputTokens": u.cacheRead, "cacheWriteInputTokens": u.cacheWrite,
	}
}

// addOptions repeats the options that the request set.
func addOptions(body map[string]any, q *question) {
	if q.talk.latency != "" {
		body["performanceConfig"] = map[string]any{"latency": q.talk.latency}
	}
	if q.talk.tier != "" {
		body["serviceTier"] = map[string]any{"type": q.talk.tier}
	}
}

// addFields gives the model's own fields that the request asked for: the emulator's models have stop_sequence alone.
func addFields(body map[string]any, q *question, a answer) {
	fields := map[string]any{}
	for _, path := range q.talk.extraPaths {
		if path == "/stop_sequence" {
			fields["stop_sequence"] = nil
			if a.sequence != "" {
				fields["stop_sequence"] = a.sequence
			}
		}
	}
	if len(fields) > 0 {
		body["additionalModelResponseFields"] = fields
	}
}

func (w converseWire) events(q *question, a answer, ms int64) []event {
	list := []event{{name: "messageStart", fields: map[string]any{"role": "assistant"}}}
	for i, p := range a.parts {
		list = append(list, w.blockEvents(q, i, p)...)
		if w.mutation != MutateNoBlockStop {
			list = append(list, event{name: "contentBlockStop", fields: map[string]any{"contentBlockIndex": i}})
		}
	}
	stop := map[string]any{"stopReason": a.stop}
	addFields(stop, q, a)
	metadata := map[string]any{"usage": a.usage.converse(), "metrics": map[string]any{"latencyMs": ms}}
	addOptions(metadata, q)
	if w.mutation != MutateNoMessageStop {
		list = append(list, event{name: "messageStop", fields: stop})
	}
	return append(list, event{name: "metadata", fields: metadata})
}

// blockEvents are the start, which only tool calls have, and the deltas of one block.
func (w converseWire) blockEvents(q *question, i int, p part) []event {
	var list []event
	delta := func(d map[string]any) {
		if w.mutation == MutateUnionType {
			d["type"] = p.kind
		}
		list = append(list, event{name: "contentBlockDelta", fields: map[string]any{"contentBlockIndex": i, "delta": d}, token: true})
	}
	switch p.kind {
	case "text":
		for piece := range q.pieces(p.text) {
			delta(map[string]any{"text": piece})
		}
	case "reasoning":
		for piece := range q.pieces(p.text) {
			delta(map[string]any{"reasoningContent": map[string]any{"text": piece}})
		}
		delta(map[string]any{"reasoningContent": map[string]any{"signature": reasoningSignature}})
	case "toolUse":
		start := map[string]any{"toolUse": map[string]any{"toolUseId": p.id, "name": p.name}}
		list = append(list, event{name: "contentBlockStart", fields: map[string]any{"contentBlockIndex": i, "start": start}})
		delta(map[string]any{"toolUse": map[string]any{"input": ""}})
		for piece := range fragments(p.input) {
			delta(map[string]any{"toolUse": map[string]any{"input": piece}})
		}
	}
	return list
}
