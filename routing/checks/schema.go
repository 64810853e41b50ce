package checks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"ockham/routing"
)

// schemaCheck holds the answer against the JSON Schema of the request: drafts 4 to 2020-12, the latter
// where the schema names none. Types and unknown keys are seen as they are written, the rest at the end.
type schemaCheck struct{ schemas *schemas }

func newSchema(Options) (routing.Check, error) {
	s, err := newSchemas()
	return schemaCheck{s}, err
}

func (schemaCheck) Name() string { return "schema" }

func (s schemaCheck) Start(p *routing.Prompt) routing.Look {
	if p.Format != routing.FormatSchema {
		return nil
	}
	c := s.schemas.get(p.Schema)
	if c.problem != "" {
		return skip(c.problem)
	}
	stream := c.stream()
	return func(a *routing.Answer) routing.Verdict {
		if a.Done { // json may have put another text in its place
			stream = c.stream()
		}
		wrong, clean := stream.next(a.Text)
		switch {
		case wrong != "":
			return routing.Rejected(routing.ReasonSchema, wrong)
		case a.Done:
			return judgeSchema(c, a.Text)
		}
		return routing.Verdict{Hold: !clean}
	}
}

// stream follows an answer that ought to fit the schema.
func (c compiled) stream() *jsonStream {
	return &jsonStream{scan: scanner{listen: &follower{next: c.shape}}}
}

// skip is the look of a check that cannot judge.
func skip(why string) routing.Look {
	return func(*routing.Answer) routing.Verdict {
		return routing.Verdict{Decision: routing.Accept, Skipped: true, Detail: "not checked: " + why}
	}
}

func judgeSchema(c compiled, text string) routing.Verdict {
	m := mend(text)
	if m.wrong != "" {
		return routing.Rejected(routing.ReasonSchema, m.wrong)
	}
	wrong, err := c.validate(m.text)
	if err != nil {
		return routing.Verdict{Decision: routing.Accept, Skipped: true, Detail: "not checked: " + err.Error()}
	}
	if wrong != "" {
		return routing.Rejected(routing.ReasonSchema, wrong)
	}
	return judgeJSON(m, routing.ReasonSchema)
}

// validate tells what is wrong with a JSON text, "" when nothing is. The error says why it cannot tell.
func (c compiled) validate(text string) (wrong string, err error) {
	if wrong, sure := c.follow(text); sure {
		return wrong, nil
	}
	defer func() {
		if recover() != nil { // what a client's schema does to the library must not end the process
			err = errors.New("the validator failed")
		}
	}()
	if !c.effort.allows(len(text), depthOf(text)) {
		return "", errors.New("validating this answer against this schema would take too long")
	}
	v, err := decode(text, maxDepth)
	if err != nil {
		return "", err
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(c.schema.Validate(v), &invalid) {
		return "", nil
	}
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	if _, endless := invalid.ErrorKind.(*kind.RefCycle); endless {
		return "", errors.New("the schema refers to itself without end")
	}
	return violation(invalid), nil
}

// follow holds a JSON text against the schema's shape, where that says all there is. Most schemas of
// requests are so plain, and this costs a fraction of the validator's time.
func (c compiled) follow(text string) (wrong string, sure bool) {
	if !c.exact {
		return "", false
	}
	f := follower{next: c.shape}
	s := scanner{listen: &f, calm: settled}
	s.read(text)
	s.finish(text)
	return s.wrong, !f.doubt
}

// violation names the place and the keyword of a fault, never the value that stands there.
func violation(e *jsonschema.ValidationError) string {
	keyword := strings.Join(e.ErrorKind.KeywordPath(), "/")
	where := strings.Join(e.InstanceLocation, "/")
	if len(where) > 100 {
		where = strings.ToValidUTF8(where[:100], "") + "..."
	}
	return fmt.Sprintf("at /%s: violates %q", where, keyword)
}
