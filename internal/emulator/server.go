package emulator

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody is what the front end takes; InvokeModel's own limit is maxInvokeBody.
const (
	maxBody       = 32 << 20
	maxInvokeBody = 25_000_000
)

// exchange is one request on its way through the emulator.
type exchange struct {
	*Server
	w    http.ResponseWriter
	r    *http.Request
	op   operation
	call Call
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, id := s.nextID()
	x := &exchange{Server: s, w: w, r: r}
	x.call = Call{ID: id, Number: number, Path: requestTarget(r), Header: r.Header, Started: time.Now()}
	w.Header().Set("X-Amzn-RequestId", id)
	w.Header().Set("Date", s.config.Now().UTC().Format(http.TimeFormat)) // by which clients set their clocks
	defer x.end()
	if err := x.serve(); err != nil {
		x.fail(err)
	}
}

// end tells whoever listens. It runs while a reset unwinds the stack too.
func (x *exchange) end() {
	x.call.Ended = time.Now()
	if x.config.OnCall != nil {
		x.config.OnCall(x.call)
	}
}

func (x *exchange) fail(err *apiError) {
	x.call.Status, x.call.ErrorType, x.call.Message = err.status, err.kind, err.message
	err.write(x.w)
}

// serve goes through the steps of a request in the order in which Bedrock refuses them: path, size, signature, model,
// body, conversation.
func (x *exchange) serve() *apiError {
	path, _, _ := strings.Cut(x.call.Path, "?")
	op, name, found := route(x.r.Method, path)
	if !found {
		return x.unknownOperation()
	}
	x.op, x.call.Operation, x.call.ModelID = op, string(op), name
	if err := x.readBody(); err != nil {
		return err
	}
	if x.config.OnStart != nil {
		x.config.OnStart(x.call)
	}
	if err := x.verifier.verify(x.r, x.call.Body); err != nil {
		return err
	}
	if x.fixed != nil {
		return x.serveFixed()
	}
	t, err := x.models.resolve(name)
	if err != nil {
		return err
	}
	x.call.Model = t.model.ID
	return x.serveModel(t)
}

func (x *exchange) unknownOperation() *apiError {
	x.call.Status, x.call.ErrorType = http.StatusOK, "UnknownOperationException"
	writeUnknownOperation(x.w)
	return nil
}

func (x *exchange) readBody() *apiError {
	reader := http.MaxBytesReader(x.w, x.r.Body, maxBody)
	var err error
	if size := x.r.ContentLength; size >= 0 && size <= maxBody {
		x.call.Body = make([]byte, size)
		_, err = io.ReadFull(reader, x.call.Body)
	} else {
		x.call.Body, err = io.ReadAll(reader)
	}
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case err != nil:
		x.call.Cancelled = true
		return unreadable("The request body ended early")
	}
	return nil
}

func (x *exchange) serveModel(t target) *apiError {
	switch x.op {
	case countTokens:
		return x.serveCount(t)
	case invoke, invokeStream:
		return x.serveInvoke(t)
	}
	talk, ignored, err := readConverse(x.call.Body)
	if err != nil {
		return err
	}
	x.ignored(ignored)
	return x.serveTalk(t, talk, converseWire{x.config.Mutation})
}

func (x *exchange) ignored(names []string) {
	x.call.Ignored = names
	if len(names) > 0 {
		x.w.Header().Set("X-Emulator-Ignored", strings.Join(names, ", "))
	}
}

// serveTalk answers a conversation that was read from one of the wire forms.
func (x *exchange) serveTalk(t target, talk *conversation, form wire) *apiError {
	if err := checkConversation(talk); err != nil {
		return err
	}
	if err := checkModel(t.model, talk, x.op); err != nil {
		return err
	}
	q, err := x.newQuestion(x.call.Number, t, talk)
	if err != nil {
		return err
	}
	x.call.Prompt, x.call.Faults = q.prompt, q.faults.String()
	return x.reply(q, form)
}

func (x *exchange) reply(q *question, form wire) *apiError {
	streaming := x.op == converseStream || x.op == invokeStream
	switch {
	case q.faults.has(faultUnknown):
		return x.unknownOperation()
	case q.faults.has(faultHang):
		return x.hang()
	}
	if err := x.faultError(q.target, q.faults, streaming); err != nil {
		return err
	}
	a := x.answer(q)
	x.note(q, a)
	if streaming {
		return x.stream(q, a, form)
	}
	return x.plain(q, a, form)
}

// note writes down what is answered, for the log and the headers.
func (x *exchange) note(q *question, a answer) {
	x.call.Input, x.call.Output = a.usage.input+a.usage.cacheRead+a.usage.cacheWrite, a.usage.output
	x.call.Outcome, x.call.Text = a.outcome, a.text()
	header := x.w.Header()
	if a.outcome != "" {
		header.Set("X-Emulator-Outcome", a.outcome)
	}
	if x.op == invoke {
		header.Set("X-Amzn-Bedrock-Input-Token-Count", strconv.Itoa(a.usage.input))
		header.Set("X-Amzn-Bedrock-Output-Token-Count", strconv.Itoa(a.usage.output))
	}
}

func (a answer) text() string {
	if len(a.parts) == 1 {
		return a.parts[0].text
	}
	var text strings.Builder
	for _, p := range a.parts {
		if p.kind == "text" {
			text.WriteString(p.text)
		}
	}
	return text.String()
}

// hang sends nothing, not even headers, until the client leaves.
func (x *exchange) hang() *apiError {
	<-x.r.Context().Done()
	x.call.Cancelled = true
	panic(http.ErrAbortHandler)
}
