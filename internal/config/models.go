package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ockham/bedrock"
	"ockham/routing"
)

// Resolved is a model that a name of the configuration stands for.
type Resolved struct {
	Model     *routing.Model
	Bedrock   *bedrock.Model // what the catalogue knows, or what the configuration says in its place
	Geography string         // prefix of the profile it is called through; "" in the region
	Guardrail *Guardrail
}

// Resolve finds the model called name: one of Models, or an id that the catalogue knows.
func (c *Config) Resolve(name string) (*Resolved, error) {
	m, ok := c.Models[name]
	if !ok {
		if _, _, known := bedrock.Lookup(name); !known {
			return nil, fmt.Errorf("there is no model %q%s", name, routing.Suggest(name, c.ModelNames()))
		}
		m = Model{ID: name}
	}
	return c.resolve(name, m)
}

// ModelNames lists the operator's names, sorted.
func (c *Config) ModelNames() []string { return slices.Sorted(maps.Keys(c.Models)) }

func (c *Config) resolve(name string, m Model) (*Resolved, error) {
	if m.ID == "" {
		return nil, errors.New("has no id; give Bedrock's model id, an inference profile or an ARN")
	}
	known, geography, err := c.known(m)
	if err != nil {
		return nil, err
	}
	id := m.ID
	if geography == "" && !strings.HasPrefix(id, "arn:") && known.ProfileOnly {
		if geography, err = c.profileOf(known); err != nil {
			return nil, err
		}
		id = geography + "." + id
	}
	if err := c.staysWithin(m, geography); err != nil {
		return nil, err
	}
	return &Resolved{Model: routed(name, id, m, known, geography), Bedrock: known, Geography: geography, Guardrail: m.Guardrail}, nil
}

// known is what the catalogue, or the configuration in its place, says of a model.
func (c *Config) known(m Model) (*bedrock.Model, string, error) {
	if b, geography, ok := bedrock.Lookup(m.ID); ok {
		return b, geography, nil
	}
	if m.Is != "" {
		b, _, ok := bedrock.Lookup(m.Is)
		if !ok {
			return nil, "", fmt.Errorf("the catalogue knows no %q to stand for it%s", m.Is, routing.Suggest(m.Is, catalogueIDs()))
		}
		return b, m.Geography, nil
	}
	if m.Price == nil || m.Context == 0 || m.MaxOutput == 0 {
		return nil, "", fmt.Errorf("the catalogue does not know %q: say which model it `is`, or give price, context, max_output and what it `can`%s", m.ID, routing.Suggest(m.ID, catalogueIDs()))
	}
	return stated(m), prefixOf(m.ID), nil
}

func catalogueIDs() []string {
	var ids []string
	for _, b := range bedrock.Models() {
		ids = append(ids, b.ID)
	}
	return ids
}

// stated is a model that only the configuration describes.
func stated(m Model) *bedrock.Model {
	can := func(what string) bool { return slices.Contains(m.Can, what) }
	return &bedrock.Model{
		ID: m.ID, Family: m.Family, Context: m.Context, MaxOutput: m.MaxOutput,
		In: m.Price.In, Out: m.Price.Out, CacheRead: m.Price.CacheRead, CacheWrite: m.Price.CacheWrite,
		System: can("system"), Tools: can("tools"), StreamTools: can("tools"), ToolChoice: can("forced_tool"),
		ForcedTool: can("forced_tool"), StrictTools: can("tool_schemas"), Images: can("images"),
		Documents: can("documents"), Reasoning: can("reasoning"), Sampling: true, Stops: true,
	}
}

var profiles = []string{"us-gov", "us", "eu", "apac", "au", "jp", "global"}

// prefixOf is the prefix of an inference profile's id, which may stand at the end of an ARN.
func prefixOf(id string) string {
	id = id[strings.LastIndexByte(id, '/')+1:]
	for _, p := range profiles {
		if strings.HasPrefix(id, p+".") {
			return p
		}
	}
	return ""
}

// profileOf picks the inference profile of a model that has no call of its own in a region.
func (c *Config) profileOf(b *bedrock.Model) (string, error) {
	for _, g := range []string{c.Bedrock.Geography, GeographyOf(c.Bedrock.Region)} {
		if slices.Contains(b.Profiles, g) && within(g, c.Bedrock.Geography) {
			return g, nil
		}
	}
	return "", fmt.Errorf("%s has no inference profile in geography %s; it has %s", b.ID, c.Bedrock.Geography, strings.Join(b.Profiles, ", "))
}

// Within says whether a model that a client names by Bedrock's id stays within the jurisdiction; the error
// is for the client. One that the configuration holds does.
func (c *Config) Within(id string) error {
	for _, m := range c.Models {
		if m.ID == id {
			return nil
		}
	}
	if c.staysWithin(Model{ID: id}, prefixOf(id)) != nil {
		return errors.New("this model may answer outside of the jurisdiction that this gateway keeps to, which is " + c.Bedrock.Geography)
	}
	return nil
}

// staysWithin says whether a model can answer outside the jurisdiction.
func (c *Config) staysWithin(m Model, geography string) error {
	bounds := c.Bedrock.Geography
	if bounds == "global" {
		return nil
	}
	if geography != "" && !within(geography, bounds) {
		return fmt.Errorf("%s answers in geography %s, and bedrock.geography is %s", m.ID, geography, bounds)
	}
	arn := strings.Split(m.ID, ":")
	if arn[0] != "arn" || len(arn) < 6 {
		return nil
	}
	if region := arn[3]; region != "" && !within(GeographyOf(region), bounds) {
		return fmt.Errorf("%s is in region %s, and bedrock.geography is %s", m.ID, region, bounds)
	}
	if strings.HasPrefix(arn[5], "application-inference-profile/") && m.Geography == "" {
		return fmt.Errorf("the ARN does not say where the profile answers; say so with geography, which must be %s", bounds)
	}
	return nil
}

// GeographyOf is the narrowest geography that a region belongs to, "" when none of Bedrock's.
func GeographyOf(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "us-gov"
	case strings.HasPrefix(region, "us-"):
		return "us"
	case strings.HasPrefix(region, "eu-"):
		return "eu"
	case region == "ap-southeast-2" || region == "ap-southeast-4":
		return "au"
	case region == "ap-northeast-1" || region == "ap-northeast-3":
		return "jp"
	case strings.HasPrefix(region, "ap-"):
		return "apac"
	}
	return ""
}

// within says whether what stays in inner stays in outer; Australia and Japan lie in apac.
func within(inner, outer string) bool {
	return outer == "global" || inner == outer || outer == "apac" && (inner == "au" || inner == "jp")
}

// routed is what routing must know of a model.
func routed(name, id string, m Model, b *bedrock.Model, geography string) *routing.Model {
	surcharge := b.Surcharge(geography)
	r := &routing.Model{
		Name: name, ID: id, Family: b.Family, Context: b.Context, MaxOutput: b.MaxOutput, Can: abilities(b, m),
		Price: routing.Price{
			In: b.In * surcharge, Out: b.Out * surcharge, CacheRead: b.CacheRead * surcharge,
			CacheWrite: b.CacheWrite * surcharge, LongFrom: b.LongFrom, LongFactor: b.LongFactor,
		},
	}
	if m.Price != nil {
		r.Price = routing.Price{In: m.Price.In, Out: m.Price.Out, CacheRead: m.Price.CacheRead, CacheWrite: m.Price.CacheWrite}
	}
	if m.Context > 0 {
		r.Context = m.Context
	}
	if m.MaxOutput > 0 {
		r.MaxOutput = m.MaxOutput
	}
	return r
}

func abilities(b *bedrock.Model, m Model) routing.Needs {
	var n routing.Needs
	for _, a := range []struct {
		can  bool
		need routing.Needs
	}{
		{b.Tools, routing.NeedTools},
		{b.ForcedTool, routing.NeedForcedTool},
		{b.Images, routing.NeedImages},
		{b.Documents, routing.NeedDocuments},
		{slices.Contains(m.Can, "video"), routing.NeedVideo},
		{slices.Contains(m.Can, "audio"), routing.NeedAudio},
		{b.Reasoning, routing.NeedReasoning},
		{b.StrictTools, routing.NeedToolSchemas},
	} {
		if a.can {
			n |= a.need
		}
	}
	return n
}

// Catalogue resolves every model that clients may name beyond the operator's own: by id, and by the id
// of each profile that stays within the jurisdiction.
func (c *Config) Catalogue() map[string]*Resolved {
	all := map[string]*Resolved{}
	for _, b := range bedrock.Models() {
		for _, id := range append([]string{b.ID}, withPrefixes(b)...) {
			if r, err := c.resolve(b.ID, Model{ID: id}); err == nil {
				all[id] = r
			}
		}
	}
	return all
}

func withPrefixes(b *bedrock.Model) []string {
	ids := make([]string, len(b.Profiles))
	for i, p := range b.Profiles {
		ids[i] = p + "." + b.ID
	}
	return ids
}

// JSON is the guardrail as Converse takes it (guardrailConfig), nil for none. Only streams may say how
// their pieces are processed.
func (g *Guardrail) JSON(stream bool) []byte {
	if g == nil {
		return nil
	}
	c := struct {
		ID      string `json:"guardrailIdentifier"`
		Version string `json:"guardrailVersion"`
		Trace   string `json:"trace,omitempty"`
		Stream  string `json:"streamProcessingMode,omitempty"`
	}{g.ID, g.Version, g.Trace, ""}
	if stream {
		c.Stream = g.Stream
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil // strings always marshal
	}
	return b
}
