package emulator

import (
	"net/http"
	"strconv"
)

// fixedAnswers are made once: for benchmarks of what stands before the emulator.
type fixedAnswers struct {
	bodies map[operation][]byte
	types  map[operation]string
}

const fixedText = "This is the emulator's fixed answer."

func newFixedAnswers() *fixedAnswers {
	f := &fixedAnswers{bodies: map[operation][]byte{}, types: map[operation]string{}}
	q := &question{talk: &conversation{}, target: target{model: &Model{tokenFactor: 1}}, random: newRandom(0, 0)}
	a := textAnswer(fixedText)
	a.usage = usage{input: 10, output: countText(fixedText)}
	f.add(converse, converseStream, q, a, converseWire{})
	f.add(invoke, invokeStream, q, a, anthropicWire{})
	f.bodies[countTokens], f.types[countTokens] = []byte(`{"inputTokens":10}`), "application/json"
	return f
}

func (f *fixedAnswers) add(plain, stream operation, q *question, a answer, form wire) {
	f.bodies[plain], f.types[plain] = form.plain(q, a, 1), "application/json"
	var body []byte
	for _, e := range form.events(q, a, 1) {
		e.fields["p"] = pad(q.random)
		body = appendEvent(body, e.name, encodeJSON(e.fields))
	}
	f.bodies[stream], f.types[stream] = body, eventStreamType
}

// serveFixed looks at nothing but the operation.
func (x *exchange) serveFixed() *apiError {
	body := x.fixed.bodies[x.op]
	header := x.w.Header()
	header["Content-Type"] = []string{x.fixed.types[x.op]}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.call.Status = http.StatusOK
	_, err := x.w.Write(body)
	x.call.Cancelled = err != nil
	return nil
}
