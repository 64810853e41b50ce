package bedrock

// CatalogueDate is the day on which the table below was last compared with its sources: the price
// list files of Amazon Bedrock as carried by LiteLLM 1.109.1, and Anthropic's own model pages.
const CatalogueDate = "2026-11-23"

var (
	everywhere = []string{"us", "eu", "apac", "au", "jp", "global", "us-gov"}
	worldwide  = []string{"us", "eu", "apac", "au", "jp", "global"}
	novaPlaces = []string{"us", "eu", "apac"}
	usOnly     = []string{"us"}
	usEU       = []string{"us", "eu"}
)

// claude, nova, llama, ... return what the models of a family have in common; the table states the rest.
func claude(m Model) *Model {
	m.Family, m.ProfileOnly = "claude", true
	m.System, m.Tools, m.StreamTools, m.ToolChoice = true, true, true, true
	m.Stops, m.Images, m.Documents, m.Reasoning, m.CachePoints, m.CountTokens = true, true, true, true, true, true
	m.JSONSchema = true
	return &m
}

func nova(m Model) *Model {
	m.Family = "nova"
	m.System, m.Tools, m.StreamTools, m.ToolChoice, m.ForcedTool = true, true, true, true, true
	m.Sampling, m.Stops, m.CachePoints, m.Documents = true, true, true, true
	return &m
}

func llama(m Model) *Model {
	m.Family, m.ProfileOnly, m.Profiles = "llama", true, usOnly
	m.System, m.Tools, m.PureTurns, m.Sampling, m.EndOfLife = true, true, true, true, "2027-03-30"
	return &m
}

func mistral(m Model) *Model {
	m.Family, m.PureTurns = "mistral", true
	m.System, m.Tools, m.StreamTools, m.ToolChoice, m.ForcedTool = true, true, true, true, true
	m.Sampling, m.Stops = true, true
	return &m
}

func deepseek(m Model) *Model {
	m.Family, m.System, m.Sampling, m.Stops = "deepseek", true, true, true
	return &m
}

func gpt(m Model) *Model {
	m.Family = "openai"
	m.System, m.Tools, m.StreamTools, m.ToolChoice, m.ForcedTool = true, true, true, true, true
	m.Sampling, m.Reasoning = true, true
	return &m
}

func titan(m Model) *Model {
	m.Family, m.Sampling, m.Stops = "titan", true, true
	return &m
}

const (
	k = 1000
	m = 1000 * k
)

// catalogue is every model that Ockham knows without being told.
var catalogue = []*Model{
	claude(Model{ID: "anthropic.claude-haiku-5-5", Profiles: everywhere, Context: m, MaxOutput: 128 * k, In: .10, Out: .50, CacheRead: .01, CacheWrite: .125, LongFrom: 100 * k, LongFactor: 5, ForcedTool: true}),
	claude(Model{ID: "anthropic.claude-haiku-4-5-20251001-v1:0", Profiles: worldwide, Context: 200 * k, MaxOutput: 64 * k, In: 1, Out: 5, CacheRead: .10, CacheWrite: 1.25, ForcedTool: true, StrictTools: true, Sampling: true}),
	claude(Model{ID: "anthropic.claude-sonnet-5-5", Profiles: everywhere, Context: m, MaxOutput: 128 * k, In: 2, Out: 10, CacheRead: .10, CacheWrite: 2.5}),
	claude(Model{ID: "anthropic.claude-sonnet-5", Profiles: everywhere, Context: m, MaxOutput: 128 * k, In: 2, Out: 10, CacheRead: .20, CacheWrite: 2.5, ForcedTool: true}),
	claude(Model{ID: "anthropic.claude-sonnet-4-6", Profiles: worldwide, Context: m, MaxOutput: 64 * k, In: 3, Out: 15, CacheRead: .30, CacheWrite: 3.75, ForcedTool: true, StrictTools: true, Sampling: true}),
	claude(Model{ID: "anthropic.claude-sonnet-4-5-20250929-v1:0", Profiles: worldwide, Context: 200 * k, MaxOutput: 64 * k, In: 3, Out: 15, CacheRead: .30, CacheWrite: 3.75, ForcedTool: true, StrictTools: true, Sampling: true, EndOfLife: "2027-04-08"}),
	claude(Model{ID: "anthropic.claude-opus-5-5", Profiles: everywhere, Context: m, MaxOutput: 128 * k, In: 4, Out: 20, CacheRead: .20, CacheWrite: 5}),
	claude(Model{ID: "anthropic.claude-opus-5", Profiles: worldwide, Context: m, MaxOutput: 128 * k, In: 5, Out: 25, CacheRead: .50, CacheWrite: 6.25, ForcedTool: true}),
	claude(Model{ID: "anthropic.claude-opus-4-8", Profiles: worldwide, Context: m, MaxOutput: 128 * k, In: 5, Out: 25, CacheRead: .50, CacheWrite: 6.25, ForcedTool: true}),
	claude(Model{ID: "anthropic.claude-opus-4-7", Profiles: worldwide, Context: m, MaxOutput: 128 * k, In: 5, Out: 25, CacheRead: .50, CacheWrite: 6.25, ForcedTool: true}),
	claude(Model{ID: "anthropic.claude-opus-4-6-v1", Profiles: worldwide, Context: m, MaxOutput: 128 * k, In: 5, Out: 25, CacheRead: .50, CacheWrite: 6.25, ForcedTool: true, StrictTools: true, Sampling: true}),
	claude(Model{ID: "anthropic.claude-opus-4-5-20251101-v1:0", Profiles: worldwide, Context: 200 * k, MaxOutput: 64 * k, In: 5, Out: 25, CacheRead: .50, CacheWrite: 6.25, ForcedTool: true, StrictTools: true, Sampling: true}),
	claude(Model{ID: "anthropic.claude-fable-5-1", Profiles: []string{"us", "eu", "global"}, Context: m, MaxOutput: 128 * k, In: 10, Out: 50, CacheRead: .25, CacheWrite: 12.5}),
	claude(Model{ID: "anthropic.claude-opus-4-1-20250805-v1:0", Profiles: usEU, Context: 200 * k, MaxOutput: 32 * k, In: 15, Out: 75, CacheRead: 1.5, CacheWrite: 18.75, ForcedTool: true, Sampling: true, EndOfLife: "2027-01-08"}),

	nova(Model{ID: "amazon.nova-micro-v1:0", Profiles: novaPlaces, Context: 128 * k, MaxOutput: 10 * k, In: .035, Out: .14, CacheRead: .00875}),
	nova(Model{ID: "amazon.nova-lite-v1:0", Profiles: novaPlaces, Context: 300 * k, MaxOutput: 10 * k, In: .06, Out: .24, CacheRead: .015, Images: true}),
	nova(Model{ID: "amazon.nova-2-lite-v1:0", Profiles: []string{"us", "eu", "apac", "jp", "global"}, Context: m, MaxOutput: 64 * k, In: .30, Out: 2.50, CacheRead: .075, Images: true, Reasoning: true}),
	nova(Model{ID: "amazon.nova-pro-v1:0", Profiles: novaPlaces, Context: 300 * k, MaxOutput: 10 * k, In: .80, Out: 3.20, CacheRead: .20, Images: true}),
	nova(Model{ID: "amazon.nova-premier-v1:0", Profiles: usOnly, ProfileOnly: true, Context: m, MaxOutput: 10 * k, In: 2.50, Out: 12.50, CacheRead: .625, Images: true}),

	llama(Model{ID: "meta.llama3-1-8b-instruct-v1:0", Context: 128 * k, MaxOutput: 4 * k, In: .22, Out: .22}),
	llama(Model{ID: "meta.llama3-1-70b-instruct-v1:0", Context: 128 * k, MaxOutput: 4 * k, In: .72, Out: .72}),
	llama(Model{ID: "meta.llama3-3-70b-instruct-v1:0", Context: 128 * k, MaxOutput: 4 * k, In: .72, Out: .72}),
	llama(Model{ID: "meta.llama4-scout-17b-instruct-v1:0", Context: 10 * m, MaxOutput: 8 * k, In: .17, Out: .66, Images: true}),
	llama(Model{ID: "meta.llama4-maverick-17b-instruct-v1:0", Context: m, MaxOutput: 8 * k, In: .24, Out: .97, Images: true}),

	mistral(Model{ID: "mistral.mistral-large-3-675b-instruct", Context: 256 * k, MaxOutput: 32 * k, In: .5, Out: 1.5}),
	mistral(Model{ID: "mistral.ministral-3-3b-instruct", Context: 128 * k, MaxOutput: 8 * k, In: .1, Out: .1}),
	mistral(Model{ID: "mistral.ministral-3-8b-instruct", Context: 128 * k, MaxOutput: 8 * k, In: .15, Out: .15}),
	mistral(Model{ID: "mistral.ministral-3-14b-instruct", Context: 128 * k, MaxOutput: 8 * k, In: .2, Out: .2}),
	mistral(Model{ID: "mistral.magistral-small-2509", Context: 128 * k, MaxOutput: 8 * k, In: .5, Out: 1.5, Reasoning: true}),
	{ID: "mistral.mistral-7b-instruct-v0:2", Family: "mistral", Context: 32 * k, MaxOutput: 4 * k, In: .15, Out: .20, Sampling: true, Stops: true, EndOfLife: "2027-03-30"},
	{ID: "mistral.mixtral-8x7b-instruct-v0:1", Family: "mistral", Context: 32 * k, MaxOutput: 4 * k, In: .45, Out: .70, Sampling: true, Stops: true, EndOfLife: "2027-03-30"},

	deepseek(Model{ID: "deepseek.v3.2", Context: 164 * k, MaxOutput: 32 * k, In: .62, Out: 1.85, Tools: true, StreamTools: true, ToolChoice: true}),
	deepseek(Model{ID: "deepseek.v3-v1:0", Context: 128 * k, MaxOutput: 32 * k, In: .58, Out: 1.68, Tools: true, StreamTools: true, ToolChoice: true, EndOfLife: "2027-03-30"}),
	deepseek(Model{ID: "deepseek.r1-v1:0", Profiles: usOnly, ProfileOnly: true, Context: 128 * k, MaxOutput: 8 * k, In: 1.35, Out: 5.40, Reasoning: true, EndOfLife: "2027-03-30"}),

	gpt(Model{ID: "openai.gpt-oss-120b-1:0", Context: 128 * k, MaxOutput: 16 * k, In: .15, Out: .60, Stops: true}),
	gpt(Model{ID: "openai.gpt-oss-20b-1:0", Context: 128 * k, MaxOutput: 16 * k, In: .07, Out: .30, Stops: true}),
	gpt(Model{ID: "openai.gpt-6-sol", Profiles: []string{"us", "global"}, Context: 922 * k, MaxOutput: 128 * k, In: 2, Out: 10, CacheRead: .20}),
	gpt(Model{ID: "openai.gpt-6-luna", Profiles: []string{"us", "global"}, Context: 922 * k, MaxOutput: 128 * k, In: .10, Out: .50, CacheRead: .01}),
	gpt(Model{ID: "openai.gpt-6.1-sol", Profiles: []string{"us", "global"}, Context: m, MaxOutput: 128 * k, In: 2, Out: 10, CacheRead: .10}),
	gpt(Model{ID: "openai.gpt-6.1-terra", Profiles: []string{"us", "global"}, Context: m, MaxOutput: 128 * k, In: 1, Out: 5, CacheRead: .05}),

	titan(Model{ID: "amazon.titan-text-lite-v1", Context: 4 * k, MaxOutput: 4 * k, In: .15, Out: .20}),
	titan(Model{ID: "amazon.titan-text-express-v1", Context: 8 * k, MaxOutput: 8 * k, In: .20, Out: .60}),
	titan(Model{ID: "amazon.titan-text-premier-v1:0", Context: 32 * k, MaxOutput: 3 * k, In: .50, Out: 1.50}),
}
