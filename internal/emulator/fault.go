package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fault is one thing that goes wrong on demand. Its name is what markers and --fault say.
type fault string

// Names of faults: those that are an error instead of an answer, then those of streams, of stop reasons, of answers, of
// time, and those of the judge's question.
const (
	faultThrottle     fault = "throttle"
	faultUnavailable  fault = "unavailable"
	faultInternal     fault = "internal"
	faultModelTimeout fault = "model_timeout"
	faultModelError   fault = "model_error"
	faultNotReady     fault = "not_ready"
	faultDenied       fault = "access_denied"
	faultUnknown      fault = "unknown_operation"

	faultStreamThrottle   fault = "stream_throttle"
	faultStreamModelError fault = "stream_model_error"
	faultStreamInternal   fault = "stream_internal"
	faultStreamTruncate   fault = "stream_truncate"
	faultStreamReset      fault = "stream_reset"
	faultStreamBadCRC     fault = "stream_bad_crc"

	faultTwoTexts    fault = "two_text_blocks"
	faultReasoning   fault = "reasoning"
	faultTwoTools    fault = "two_tools"
	faultBadAnswer   fault = "bad_answer"
	faultRefusal     fault = "refusal"
	faultLoop        fault = "loop"
	faultLanguage    fault = "wrong_language"
	faultUngrounded  fault = "ungrounded"
	faultBadToolArgs fault = "bad_tool_args"

	faultSlow  fault = "slow"
	faultHang  fault = "hang"
	faultStall fault = "stall"

	faultJudgeRamble fault = "judge_ramble"
	faultJudgeSlow   fault = "judge_slow"
	faultJudgeError  fault = "judge_error"
)

// stopPrefix begins the names of faults that end an answer with the stop reason that follows.
const stopPrefix = "stop_"

var stopReasons = []string{
	"max_tokens", "stop_sequence", "guardrail_intervened", "content_filtered",
	"malformed_model_output", "malformed_tool_use", "model_context_window_exceeded",
}

// FaultNames lists every fault that a marker or a rate can name.
func FaultNames() []string {
	names := []string{}
	for _, f := range []fault{
		faultThrottle, faultUnavailable, faultInternal, faultModelTimeout, faultModelError, faultNotReady, faultDenied,
		faultStreamThrottle, faultStreamModelError, faultStreamInternal, faultStreamTruncate, faultStreamReset, faultStreamBadCRC,
		faultUnknown, faultTwoTexts, faultReasoning, faultTwoTools, faultBadAnswer, faultSlow, faultHang, faultStall,
		faultRefusal, faultLoop, faultLanguage, faultUngrounded, faultBadToolArgs,
		faultJudgeRamble, faultJudgeSlow, faultJudgeError,
	} {
		names = append(names, string(f))
	}
	for _, reason := range stopReasons {
		names = append(names, stopPrefix+reason)
	}
	slices.Sort(names)
	return names
}

func parseFault(name string) (fault, error) {
	if slices.Contains(FaultNames(), name) {
		return fault(name), nil
	}
	return "", fmt.Errorf("unknown fault %q; known are %s", name, strings.Join(FaultNames(), ", "))
}

// FaultRate injects a fault into a share of all calls.
type FaultRate struct {
	Name  string
	Rate  float64 // 0..1
	Small bool    // only small models
}

// ParseFaultRate reads NAME=RATE, NAME=RATE% or either with @small behind it.
func ParseFaultRate(text string) (FaultRate, error) {
	name, rest, found := strings.Cut(text, "=")
	if !found {
		return FaultRate{}, fmt.Errorf("fault %q: want NAME=RATE, such as throttle=5%%", text)
	}
	share, small := strings.CutSuffix(rest, "@small")
	number, percent := strings.CutSuffix(share, "%")
	rate, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return FaultRate{}, fmt.Errorf("fault %q: %q is no rate; want one such as 5%% or 0.05", text, share)
	}
	if percent {
		rate /= 100
	}
	parsed := FaultRate{Name: name, Rate: rate, Small: small}
	return parsed, checkRates([]FaultRate{parsed})
}

func checkRates(rates []FaultRate) error {
	for _, r := range rates {
		if _, err := parseFault(r.Name); err != nil {
			return err
		}
		if !(r.Rate >= 0 && r.Rate <= 1) {
			return fmt.Errorf("fault %s: the rate %v is not between 0 and 1", r.Name, r.Rate)
		}
	}
	return nil
}

// faults are those that hit one call.
type faults []fault

func (all faults) has(f fault) bool { return slices.Contains(all, f) }

// any returns the first of the given ones that is set.
func (all faults) any(wanted ...fault) fault {
	for _, f := range all {
		if slices.Contains(wanted, f) {
			return f
		}
	}
	return ""
}

// stop is the stop reason that a fault imposes.
func (all faults) stop() string {
	for _, f := range all {
		if reason, found := strings.CutPrefix(string(f), stopPrefix); found {
			return reason
		}
	}
	return ""
}

func (all faults) String() string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = string(f)
	}
	return strings.Join(names, ",")
}

// marker is a fault named in a prompt.
type marker struct {
	fault fault
	small bool
}

const markerStart, markerEnd = "[[fault:", "]]"

// cutMarkers takes the markers out of text.
func cutMarkers(text string) (string, []marker, error) {
	if !strings.Contains(text, markerStart) {
		return text, nil, nil
	}
	var clean strings.Builder
	var found []marker
	for {
		before, rest, more := strings.Cut(text, markerStart)
		clean.WriteString(before)
		name, after, closed := strings.Cut(rest, markerEnd)
		if !more || !closed {
			clean.WriteString(text[len(before):])
			return clean.String(), found, nil
		}
		m, err := parseMarker(name)
		if err != nil {
			return "", nil, err
		}
		found = append(found, m)
		text = after
	}
}

func parseMarker(text string) (marker, error) {
	name, small := strings.CutSuffix(text, "@small")
	f, err := parseFault(name)
	// Only a small model gives a bad answer, so that a larger one can be seen to do better.
	return marker{f, small || f == faultBadAnswer}, err
}

// drawFaults picks those that hit one call of the model. Injected ones depend on the seed and the call's number. The prompt
// that a judge looks at may hold markers meant for its own answer, so that of markers only those named judge_ hit a judge.
func (s *Server) drawFaults(model *Model, number uint64, markers []marker, judged bool) faults {
	var drawn faults
	for _, m := range markers {
		if m.fault.ofJudge() == judged && (!m.small || model.Small()) {
			drawn = append(drawn, m.fault)
		}
	}
	for _, rate := range s.faults {
		f := fault(rate.Name)
		if (rate.Small || f == faultBadAnswer) && !model.Small() || f.ofJudge() && !judged {
			continue
		}
		if newRandom(s.config.Seed, number, "fault", rate.Name).Float64() < rate.Rate {
			drawn = append(drawn, f)
		}
	}
	return drawn
}

func (f fault) ofJudge() bool { return strings.HasPrefix(string(f), "judge_") }
