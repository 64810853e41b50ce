package telemetry

import (
	"ockham/extproc"
	"ockham/routing"
)

// Names of OpenTelemetry's conventions for generative AI, release v0.1.0 of
// open-telemetry/semantic-conventions-genai: docs/gen-ai/client-inference.md and gen-ai-token-metrics.md.
const (
	genAIOperation    = "gen_ai.operation.name"
	genAIProvider     = "gen_ai.provider.name"
	genAIRequestModel = "gen_ai.request.model"
	genAIModality     = "gen_ai.token.modality"
	errorType         = "error.type"

	operationChat   = "chat"
	providerBedrock = "aws.bedrock"

	modalityText    = "text"
	modalityUnknown = "unknown"
)

// inference holds the metrics of the conventions: one operation is one attempt.
type inference struct {
	duration, first, inputs, outputs     *histogram
	input, output, cacheRead, cacheWrite *counter
}

func newInference(m *registry) inference {
	const prefix = "gen_ai.client.inference."
	plain := []string{genAIOperation, genAIProvider, genAIRequestModel}
	failing, counted := append(plain[:3:3], errorType), append(plain[:3:3], genAIModality)
	return inference{
		duration: m.histogram(prefix+"duration", "s", "Time of one attempt, from the call of the model to the end of its answer.", durationBuckets(), failing...),
		first:    m.histogram(prefix+"time_to_first_chunk", "s", "Time of one streamed attempt until its first token.", firstTokenBuckets(), plain...),

		inputs:  m.histogram(prefix+"operation.input_tokens", "{token}", "Input tokens of one attempt, cached ones too; 0 where it failed before it was charged.", tokenBuckets(), failing...),
		outputs: m.histogram(prefix+"operation.output_tokens", "{token}", "Output tokens of one attempt; 0 where it gave none.", tokenBuckets(), failing...),

		input:      m.counter(prefix+"usage.input_tokens", "{token}", "Input tokens, cached ones too.", counted...),
		output:     m.counter(prefix+"usage.output_tokens", "{token}", "Output tokens.", counted...),
		cacheRead:  m.counter(prefix+"usage.cache_read.input_tokens", "{token}", "Input tokens that came from a cache; part of usage.input_tokens.", counted...),
		cacheWrite: m.counter(prefix+"usage.cache_write.input_tokens", "{token}", "Input tokens that were written to a cache; part of usage.input_tokens.", counted...),
	}
}

// record counts one attempt of the model id. Images among the input are not told apart by Bedrock.
func (i *inference) record(at moment, id string, a *extproc.Attempt, stream, images bool) {
	failure := failureType(a.Reason)
	i.duration.record(at, a.Took.Seconds(), operationChat, providerBedrock, id, failure)
	if stream && a.FirstToken > 0 && failure == "" {
		i.first.record(at, a.FirstToken.Seconds(), operationChat, providerBedrock, id)
	}
	in := inputTokens(a.Tokens)
	i.inputs.record(at, float64(in), operationChat, providerBedrock, id, failure)
	i.outputs.record(at, float64(a.Tokens.Out), operationChat, providerBedrock, id, failure)

	input := modality(in, images)
	i.input.add(float64(in), operationChat, providerBedrock, id, input)
	i.output.add(float64(a.Tokens.Out), operationChat, providerBedrock, id, modality(a.Tokens.Out, false))
	for _, cached := range []struct {
		counter *counter
		n       int
	}{{i.cacheRead, a.Tokens.CacheRead}, {i.cacheWrite, a.Tokens.CacheWrite}} {
		if cached.n > 0 {
			cached.counter.add(float64(cached.n), operationChat, providerBedrock, id, input)
		}
	}
}

// inputTokens include the cached ones, as the conventions want it; routing keeps them apart.
func inputTokens(t routing.Tokens) int { return t.In + t.CacheRead + t.CacheWrite }

func modality(tokens int, mixed bool) string {
	if tokens == 0 || mixed {
		return modalityUnknown
	}
	return modalityText
}
