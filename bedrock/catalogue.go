package bedrock

import (
	"slices"
	"strings"
)

// Model is what the catalogue knows of a Bedrock model. Prices are US dollars per million tokens, as
// listed for in-region and global use; see Price for the surcharge of geographic profiles.
type Model struct {
	ID       string   // foundation model id, without profile prefix
	Family   string   // claude, nova, llama, mistral, deepseek, openai, titan
	Profiles []string // us, eu, apac, au, jp, global, us-gov; empty: called by its own id only
	// ProfileOnly: on-demand calls of the bare id are refused.
	ProfileOnly bool
	Context     int // tokens, in and out together
	MaxOutput   int
	In, Out     float64
	CacheRead   float64
	CacheWrite  float64
	LongFrom    int     // above so many prompt tokens
	LongFactor  float64 // every price is multiplied by this

	System      bool // takes a system prompt
	Tools       bool
	StreamTools bool // tools in ConverseStream too
	ToolChoice  bool // takes toolConfig.toolChoice at all (auto)
	ForcedTool  bool // toolChoice any and tool
	StrictTools bool // toolSpec.strict
	PureTurns   bool // refuses words beside tool calls or results in one turn
	JSONSchema  bool // outputConfig.textFormat
	Sampling    bool // temperature and top_p
	Stops       bool // stopSequences
	Images      bool
	Documents   bool
	Reasoning   bool // can reason when asked
	CachePoints bool
	CountTokens bool
	EndOfLife   string // date, where one is announced
}

// Models lists the catalogue; the models are shared and must not be changed.
func Models() []*Model { return slices.Clone(catalogue) }

// geographies are the prefixes of inference profiles, and the surcharge of each by family: Claude from
// 4.5 on costs a tenth more where the profile keeps requests in a geography, a fifth more in us-gov.
var geographies = []string{"us-gov", "us", "eu", "apac", "au", "jp", "global"}

// Lookup finds the model behind a model id, an inference profile id or an ARN of either. geography is
// the profile's prefix, "" for a bare id. Application profiles, provisioned throughput and the like
// hide their model: ok is false, and configuration must say which model they stand for.
func Lookup(id string) (model *Model, geography string, ok bool) {
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	for _, g := range geographies {
		if rest, found := strings.CutPrefix(id, g+"."); found {
			id, geography = rest, g
			break
		}
	}
	for _, m := range catalogue {
		if m.ID == id {
			return m, geography, true
		}
	}
	return nil, "", false
}

// Surcharge is what every price of m is multiplied by when it is called through a profile of geography.
func (m *Model) Surcharge(geography string) float64 {
	switch {
	case geography == "" || geography == "global":
		return 1
	case m.Family == "claude" && geography == "us-gov":
		return 1.2
	case m.Family == "claude" && !strings.Contains(m.ID, "opus-4-1"):
		return 1.1
	case m.Family == "nova" && geography == "eu":
		return 1.3
	case m.Family == "nova" && geography == "apac":
		return 1.05
	}
	return 1
}
