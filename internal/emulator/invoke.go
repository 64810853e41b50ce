package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// InvokeModel takes and gives each model family's own JSON; the emulator knows those of Anthropic and of Nova.

func (x *exchange) serveInvoke(t target) *apiError {
	if len(x.call.Body) > maxInvokeBody {
		return violation("Value at 'body' failed to satisfy constraint: Member must have length less than or equal to 25000000")
	}
	if err := checkInvokeHeaders(x.r); err != nil {
		return err
	}
	talk, form, err := readInvoke(t.model, x.call.Body)
	if err != nil {
		return err
	}
	return x.serveTalk(t, talk, form)
}

// checkInvokeHeaders holds the enumerated headers against the API model.
func checkInvokeHeaders(r *http.Request) *apiError {
	for header, rule := range map[string]struct {
		name   string
		values []string
	}{
		"X-Amzn-Bedrock-Trace":                     {"trace", []string{"ENABLED", "DISABLED", "ENABLED_FULL"}},
		"X-Amzn-Bedrock-Performanceconfig-Latency": {"performanceConfigLatency", []string{"standard", "optimized"}},
		"X-Amzn-Bedrock-Service-Tier":              {"serviceTier", []string{"priority", "default", "flex", "reserved"}},
	} {
		if value := r.Header.Get(header); value != "" && !slices.Contains(rule.values, value) {
			return violation("Value '" + value + "' at '" + rule.name + "' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(rule.values, ", ") + "]")
		}
	}
	return nil
}

func readInvoke(m *Model, body []byte) (*conversation, wire, *apiError) {
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil || value == nil {
		return nil, nil, malformed("Malformed input request, please reformat your input and try again.")
	}
	root := &node{value: value, reader: &reader{}}
	switch {
	case strings.HasPrefix(m.ID, "anthropic."):
		talk, err := readAnthropic(root)
		return talk, anthropicWire{}, err
	case strings.HasPrefix(m.ID, "amazon.nova"):
		talk, err := readNova(root)
		return talk, novaWire{}, err
	}
	return nil, nil, invalid("emulator: InvokeModel knows the bodies of Anthropic and Nova models only; use Converse for %s", m.ID)
}

func malformed(message string) *apiError { return invalid("%s", message) }

// chunk wraps the model's own event as InvokeModelWithResponseStream sends it.
func chunk(own map[string]any) event {
	return event{name: "chunk", fields: map[string]any{"bytes": base64.StdEncoding.EncodeToString(encodeJSON(own))}}
}

func token(e event) event {
	e.token = true
	return e
}

// metrics are what Bedrock adds to the last event of an invocation's stream.
func metrics(u usage, ms int64) map[string]any {
	return map[string]any{
		"inputTokenCount": u.input, "outputTokenCount": u.output, "invocationLatency": ms, "firstByteLatency": ms,
	}
}
