package routing

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// margin is by how much the real count of tokens may exceed the estimate before a model that was
// thought to fit does not; see docs/policy.md for the estimator's measured error.
const margin = 1.4

// room is kept for an answer whose length the client does not limit.
const room = 1024

// needNames tells what a model lacks, in the order of the bits of Needs.
var needNames = [...]string{"tools", "forced tool calls", "images", "documents", "video", "audio", "reasoning", "strict tool schemas"}

// lacks says why m cannot serve the request, "" when it can.
func (d *decision) lacks(m *Model) string { return d.lacksOf(m, d.p.Needs) }

func (d *decision) lacksOf(m *Model, needs Needs) string {
	if missing := needs &^ m.Can; missing != 0 {
		return "takes no " + needNames[bits.TrailingZeros32(uint32(missing))]
	}
	if d.p.MaxTokens > m.MaxOutput && m.MaxOutput > 0 {
		return fmt.Sprintf("answers with at most %d tokens, and max_tokens is %d", m.MaxOutput, d.p.MaxTokens)
	}
	in := billed(d.p, &d.f)
	out := d.p.MaxTokens
	if out == 0 {
		out = min(room, m.MaxOutput)
	}
	if most := int(float64(in)*d.margin()) + out; m.Context > 0 && most > m.Context {
		return fmt.Sprintf("holds %d tokens, and this may take %d with the answer", m.Context, most)
	}
	return ""
}

// margin is none where the client picked the model: it is Bedrock's to refuse then.
func (d *decision) margin() float64 {
	if d.pinned {
		return 1
	}
	return margin
}

// fill sets the models to try: those of the pipe that fit, or else those of the first other pipe that
// has any, dearer ones first.
func (d *decision) fill() error {
	if d.model != nil {
		d.models = []*Model{d.model}
		return nil
	}
	chosen := d.pipe
	defer func() { d.models = append(d.models, d.persuaded(chosen)...) }()
	if d.models = d.fitting(d.pipe); len(d.models) > 0 {
		return nil
	}
	d.count(EventPipeSkipped)
	for _, other := range d.others() {
		if d.models = d.fitting(other); len(d.models) > 0 {
			d.step("fit", other.Name, fmt.Sprintf("no model of pipe %s fits", d.pipe.Name))
			d.reason += fmt.Sprintf("; no model of pipe %s fits", d.pipe.Name)
			d.pipe = other
			return nil
		}
	}
	if len(d.persuaded(chosen)) > 0 {
		return nil
	}
	return &Unservable{Need: d.unmet()}
}

// persuaded are the models of a pipe that cannot be forced to call a tool, but can do all else: they are
// asked for the call in words, behind those that can be forced, and a check wants to see it.
func (d *decision) persuaded(pipe *Pipe) []*Model {
	if d.p.Needs&NeedForcedTool == 0 {
		return nil
	}
	var models []*Model
	for _, m := range pipe.Models {
		if m.Can&NeedForcedTool == 0 && d.lacksOf(m, d.p.Needs&^NeedForcedTool) == "" {
			models = append(models, m)
		}
	}
	return models
}

// fitting returns the models of a pipe that can serve the request, in its order.
func (d *decision) fitting(pipe *Pipe) []*Model {
	models := make([]*Model, 0, len(pipe.Models))
	for _, m := range pipe.Models {
		if why := d.lacks(m); why != "" {
			d.step("fit", "without "+m.Name, why)
			continue
		}
		models = append(models, m)
	}
	return models
}

// others are the remaining pipes: those behind the chosen one, then those before it.
func (d *decision) others() []*Pipe {
	var behind, before []*Pipe
	list := &before
	for _, p := range d.r.policy.Pipes {
		if p == d.pipe {
			list = &behind
			continue
		}
		*list = append(*list, p)
	}
	return append(behind, before...)
}

// unmet says what the request needs and no model of any pipe has. It names no models: clients read it.
func (d *decision) unmet() string {
	var reasons []string
	for _, pipe := range d.r.policy.Pipes {
		for _, m := range pipe.Models {
			if why := d.lacks(m); !slices.Contains(reasons, why) {
				reasons = append(reasons, why)
			}
		}
	}
	if len(reasons) == 1 {
		return "each " + reasons[0]
	}
	return "one " + strings.Join(reasons, "; one ")
}

func (r *Router) pipeNames() string {
	names := make([]string, len(r.policy.Pipes))
	for i, p := range r.policy.Pipes {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// bareID is a model's id without the prefix of its inference profile.
func bareID(id string) string {
	for _, prefix := range []string{"us-gov.", "us.", "eu.", "apac.", "au.", "jp.", "global."} {
		if rest, ok := strings.CutPrefix(id, prefix); ok {
			return rest
		}
	}
	return id
}
