package emulator

import (
	"fmt"
	"strings"
	"time"
)

// capability is one thing that a model can or cannot do on Converse.
type capability uint32

const (
	system      capability = 1 << iota // takes system prompts
	tools                              // takes toolConfig in Converse
	streamTools                        // and in ConverseStream
	choice                             // takes toolConfig.toolChoice
	forced                             // and its any and tool
	sampling                           // takes temperature and topP
	stops                              // takes stopSequences
	images                             // takes image blocks
	documents                          // takes document blocks
	reasoning                          // thinks, and may return reasoningContent
	schemas                            // takes outputConfig.textFormat
	strictTools                        // takes toolSpec.strict
	prefill                            // takes a conversation that ends with the assistant
	caching                            // takes cachePoint blocks
	midSystem                          // takes messages with role system
	pureTurns                          // takes no text beside tool blocks in one turn
	onDemand                           // can be called by its own id, without an inference profile
)

// Combinations that many models share.
const (
	plain      = system | sampling | stops | onDemand
	fullTools  = tools | streamTools | choice | forced
	claude     = system | fullTools | stops | images | documents | caching
	claude4    = claude | sampling | prefill | reasoning | schemas | strictTools
	claude5    = claude | reasoning | schemas | midSystem
	nova       = system | fullTools | sampling | stops | images | documents | caching
	llamaTools = system | tools | sampling | stops | pureTurns
	open       = plain | fullTools
	ministral  = open | pureTurns
)

// Model is one entry of the emulator's own catalogue. Prices are US dollars per million tokens, base region.
type Model struct {
	ID            string
	Profiles      []string // geographic prefixes of its inference profiles
	Context       int      // tokens of input and output together
	MaxOutput     int
	Input, Output float64
	CacheRead     float64
	CacheWrite    float64
	CacheMinimum  int // tokens below which a cachePoint is ignored
	can           capability
	pace          pace
	tokenFactor   float64 // tokens it counts for the same text, against the catalogue's average
}

// pace is a model's own speed.
type pace struct {
	first, token time.Duration
}

// smallPrice is the highest list price of input at which a model counts as small.
const smallPrice = 1.0

// Small tells whether @small faults hit the model.
func (m *Model) Small() bool { return m.Input <= smallPrice }

func (m *Model) has(c capability) bool { return m.can&c == c }

func (m *Model) anthropic() bool { return strings.HasPrefix(m.ID, "anthropic.") }

// ARN is the foundation model's, as access errors name it.
func (m *Model) ARN(region string) string {
	return fmt.Sprintf("arn:aws:bedrock:%s::foundation-model/%s", region, m.ID)
}

// geographies of the profiles that models of the catalogue have.
var (
	allGeographies  = []string{"us", "eu", "apac", "au", "jp", "global", "us-gov"}
	mostGeographies = []string{"us", "eu", "au", "jp", "apac", "global"}
)

// Models is the catalogue: docs/emulator.md names the sources.
func Models() []Model {
	quick, steady, slow := pace{300 * time.Millisecond, 7 * time.Millisecond}, pace{600 * time.Millisecond, 14 * time.Millisecond}, pace{900 * time.Millisecond, 20 * time.Millisecond}
	usEUAPAC := []string{"us", "eu", "apac"}
	usOnly := []string{"us"}
	return []Model{
		{ID: "anthropic.claude-haiku-5-5", Profiles: allGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: .10, Output: .50, CacheRead: .01, CacheWrite: .125, CacheMinimum: 512, can: claude5, pace: quick, tokenFactor: 1.3},
		{ID: "anthropic.claude-haiku-4-5-20251001-v1:0", Profiles: mostGeographies, Context: 200_000, MaxOutput: 64_000, Input: 1, Output: 5, CacheRead: .10, CacheWrite: 1.25, CacheMinimum: 4096, can: claude4, pace: quick},
		{ID: "anthropic.claude-sonnet-5-5", Profiles: allGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 2, Output: 10, CacheRead: .10, CacheWrite: 2.5, CacheMinimum: 512, can: claude5 &^ forced, pace: steady, tokenFactor: 1.3},
		{ID: "anthropic.claude-sonnet-5", Profiles: allGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 2, Output: 10, CacheRead: .20, CacheWrite: 2.5, CacheMinimum: 512, can: claude5, pace: steady, tokenFactor: 1.3},
		{ID: "anthropic.claude-sonnet-4-6", Profiles: mostGeographies, Context: 1_000_000, MaxOutput: 64_000, Input: 3, Output: 15, CacheRead: .30, CacheWrite: 3.75, CacheMinimum: 1024, can: claude4 &^ prefill, pace: steady},
		{ID: "anthropic.claude-sonnet-4-5-20250929-v1:0", Profiles: mostGeographies, Context: 200_000, MaxOutput: 64_000, Input: 3, Output: 15, CacheRead: .30, CacheWrite: 3.75, CacheMinimum: 1024, can: claude4, pace: steady},
		{ID: "anthropic.claude-opus-5-5", Profiles: allGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 4, Output: 20, CacheRead: .20, CacheWrite: 5, CacheMinimum: 512, can: claude5 &^ forced, pace: slow, tokenFactor: 1.3},
		{ID: "anthropic.claude-opus-5", Profiles: mostGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 5, Output: 25, CacheRead: .50, CacheWrite: 6.25, CacheMinimum: 512, can: claude5, pace: slow, tokenFactor: 1.3},
		{ID: "anthropic.claude-opus-4-8", Profiles: mostGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 5, Output: 25, CacheRead: .50, CacheWrite: 6.25, CacheMinimum: 1024, can: claude | reasoning | schemas, pace: slow},
		{ID: "anthropic.claude-opus-4-7", Profiles: mostGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 5, Output: 25, CacheRead: .50, CacheWrite: 6.25, CacheMinimum: 2048, can: claude | reasoning | schemas, pace: slow},
		{ID: "anthropic.claude-opus-4-6-v1", Profiles: mostGeographies, Context: 1_000_000, MaxOutput: 128_000, Input: 5, Output: 25, CacheRead: .50, CacheWrite: 6.25, CacheMinimum: 4096, can: claude4 &^ prefill, pace: slow},
		{ID: "anthropic.claude-opus-4-5-20251101-v1:0", Profiles: mostGeographies, Context: 200_000, MaxOutput: 64_000, Input: 5, Output: 25, CacheRead: .50, CacheWrite: 6.25, CacheMinimum: 4096, can: claude4, pace: slow},
		{ID: "anthropic.claude-fable-5-1", Profiles: []string{"us", "eu", "global"}, Context: 1_000_000, MaxOutput: 128_000, Input: 10, Output: 50, CacheRead: .25, CacheWrite: 12.5, CacheMinimum: 512, can: claude5 &^ forced, pace: slow, tokenFactor: 1.3},
		{ID: "anthropic.claude-opus-4-1-20250805-v1:0", Profiles: []string{"us", "eu"}, Context: 200_000, MaxOutput: 32_000, Input: 15, Output: 75, CacheRead: 1.5, CacheWrite: 18.75, CacheMinimum: 1024, can: claude4 &^ schemas, pace: slow},

		{ID: "amazon.nova-micro-v1:0", Profiles: usEUAPAC, Context: 128_000, MaxOutput: 10_000, Input: .035, Output: .14, CacheRead: .00875, CacheMinimum: 1024, can: nova&^(images|documents) | onDemand, pace: quick},
		{ID: "amazon.nova-lite-v1:0", Profiles: usEUAPAC, Context: 300_000, MaxOutput: 10_000, Input: .06, Output: .24, CacheRead: .015, CacheMinimum: 1024, can: nova | onDemand, pace: quick},
		{ID: "amazon.nova-2-lite-v1:0", Profiles: []string{"us", "eu", "apac", "jp", "global"}, Context: 1_000_000, MaxOutput: 64_000, Input: .30, Output: 2.50, CacheRead: .075, CacheMinimum: 1024, can: nova | reasoning, pace: quick},
		{ID: "amazon.nova-pro-v1:0", Profiles: usEUAPAC, Context: 300_000, MaxOutput: 10_000, Input: .80, Output: 3.20, CacheRead: .20, CacheMinimum: 1024, can: nova | onDemand, pace: steady},
		{ID: "amazon.nova-premier-v1:0", Profiles: usOnly, Context: 1_000_000, MaxOutput: 10_000, Input: 2.50, Output: 12.50, CacheRead: .625, CacheMinimum: 1024, can: nova, pace: slow},

		{ID: "meta.llama3-1-8b-instruct-v1:0", Profiles: usOnly, Context: 128_000, MaxOutput: 4096, Input: .22, Output: .22, can: llamaTools, pace: quick},
		{ID: "meta.llama3-1-70b-instruct-v1:0", Profiles: usOnly, Context: 128_000, MaxOutput: 4096, Input: .72, Output: .72, can: llamaTools, pace: steady},
		{ID: "meta.llama3-3-70b-instruct-v1:0", Profiles: usOnly, Context: 128_000, MaxOutput: 4096, Input: .72, Output: .72, can: llamaTools, pace: steady},
		{ID: "meta.llama4-scout-17b-instruct-v1:0", Profiles: usOnly, Context: 10_000_000, MaxOutput: 8192, Input: .17, Output: .66, can: llamaTools | images | documents, pace: quick},
		{ID: "meta.llama4-maverick-17b-instruct-v1:0", Profiles: usOnly, Context: 1_000_000, MaxOutput: 8192, Input: .24, Output: .97, can: llamaTools | images | documents, pace: quick},

		{ID: "mistral.mistral-large-3-675b-instruct", Context: 256_000, MaxOutput: 32_000, Input: .5, Output: 1.5, can: ministral | images, pace: steady},
		{ID: "mistral.ministral-3-3b-instruct", Context: 128_000, MaxOutput: 8192, Input: .1, Output: .1, can: ministral, pace: quick},
		{ID: "mistral.ministral-3-8b-instruct", Context: 128_000, MaxOutput: 8192, Input: .15, Output: .15, can: ministral, pace: quick},
		{ID: "mistral.ministral-3-14b-instruct", Context: 128_000, MaxOutput: 8192, Input: .2, Output: .2, can: ministral, pace: quick},
		{ID: "mistral.magistral-small-2509", Context: 128_000, MaxOutput: 32_000, Input: .5, Output: 1.5, can: ministral | reasoning, pace: steady},
		{ID: "mistral.mistral-7b-instruct-v0:2", Context: 32_000, MaxOutput: 4096, Input: .15, Output: .20, can: plain &^ system, pace: quick},
		{ID: "mistral.mixtral-8x7b-instruct-v0:1", Context: 32_000, MaxOutput: 4096, Input: .45, Output: .70, can: plain &^ system, pace: quick},

		{ID: "deepseek.v3.2", Context: 164_000, MaxOutput: 64_000, Input: .62, Output: 1.85, can: open, pace: steady},
		{ID: "deepseek.v3-v1:0", Context: 128_000, MaxOutput: 32_000, Input: .58, Output: 1.68, can: open, pace: steady},
		{ID: "deepseek.r1-v1:0", Profiles: usOnly, Context: 128_000, MaxOutput: 8192, Input: 1.35, Output: 5.40, can: plain&^onDemand | reasoning, pace: slow},

		{ID: "openai.gpt-oss-120b-1:0", Context: 128_000, MaxOutput: 16_384, Input: .15, Output: .60, can: open | reasoning, pace: quick},
		{ID: "openai.gpt-oss-20b-1:0", Context: 128_000, MaxOutput: 16_384, Input: .07, Output: .30, can: open | reasoning, pace: quick},
		{ID: "openai.gpt-6-sol", Profiles: []string{"us", "global"}, Context: 1_000_000, MaxOutput: 128_000, Input: 2, Output: 10, CacheRead: .20, can: system | fullTools | images | documents | reasoning | sampling | stops, pace: steady},
		{ID: "openai.gpt-6-luna", Profiles: []string{"us", "global"}, Context: 922_000, MaxOutput: 128_000, Input: .10, Output: .50, CacheRead: .01, can: system | fullTools | images | documents | reasoning | sampling | stops, pace: quick},
		{ID: "openai.gpt-6.1-sol", Profiles: []string{"us", "global"}, Context: 1_000_000, MaxOutput: 128_000, Input: 2, Output: 10, CacheRead: .10, can: system | fullTools | images | documents | reasoning | sampling, pace: steady},
		{ID: "openai.gpt-6.1-terra", Profiles: []string{"us", "global"}, Context: 1_000_000, MaxOutput: 128_000, Input: 1, Output: 5, CacheRead: .05, can: system | fullTools | images | documents | reasoning | sampling, pace: quick},

		{ID: "amazon.titan-text-lite-v1", Context: 4_000, MaxOutput: 4_000, Input: .15, Output: .20, can: plain &^ system, pace: quick},
		{ID: "amazon.titan-text-express-v1", Context: 8_000, MaxOutput: 8_000, Input: .20, Output: .60, can: plain &^ system, pace: quick},
		{ID: "amazon.titan-text-premier-v1:0", Context: 32_000, MaxOutput: 3_072, Input: .50, Output: 1.50, can: plain &^ system, pace: steady},
	}
}
