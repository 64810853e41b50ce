package bedrock

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
