// Package emulator answers as Amazon Bedrock's runtime does: Converse, ConverseStream, CountTokens, InvokeModel and
// InvokeModelWithResponseStream, over HTTP/1.1, h2c and TLS.
//
// It is a second reading of Bedrock's contract, independent of the code it is used to test: it shares no line with the
// translation, the signing or the catalogue of the router. What it knows and where from stands in docs/emulator.md.
//
// A request goes through the files in this order: server, sigv4 (signed, canonical, bearer), modelid and catalogue;
// read and readblocks (or invoke: anthropic, nova), which make a conversation of a body; rules and modelrules, which
// refuse it as Bedrock would; question, fault and answer. An answer is a known one (outcomes), the judge's, a tool call,
// JSON by schema or prose (compose); spoil and usage follow, and plain or stream writes it in the form of wire.
//
//	running, err := emulator.Start(emulator.Config{})
//	defer running.Close()
//	client := bedrockruntime.New(bedrockruntime.Options{BaseEndpoint: &running.URL, ...})
package emulator

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Config says how a Server behaves. The zero value verifies signatures against the default credentials, answers without
// waiting and injects no faults.
type Config struct {
	// Regions whose credential scopes and ARNs are accepted; default us-east-1. The first one is the emulator's own, and
	// geographic inference profiles (us., eu., ...) are only known in the regions of their geography.
	Regions []string
	// Credentials that may sign; default those of DefaultAccessKey and DefaultTemporaryKey.
	Credentials []Credential
	// BearerKeys are accepted as Authorization: Bearer; default DefaultBearerKey.
	BearerKeys []string
	// NoVerify accepts any signature, and none.
	NoVerify bool
	// Now is the clock that signatures are checked against; default time.Now.
	Now func() time.Time

	// Seed makes a run repeatable: the same seed, model and conversation give the same answer.
	Seed uint64
	// Vary mixes a call counter into every answer, as a temperature above 0 does for one call.
	Vary bool
	// Faults are injected by rate; see ParseFaultRate. Markers in prompts work without it.
	Faults []FaultRate
	// Outcomes are files of recorded outcomes or of requests with right and wrong answers; Rates the success rates that
	// the latter need. See docs/emulator.md for both formats.
	Outcomes []string
	Rates    string

	// Pace says when tokens come. The zero value sends everything at once.
	Pace Pace
	// Fixed answers every call with the same short text, without reading the conversation: for benchmarks.
	Fixed bool

	// Profiles maps the ids of application inference profiles to the catalogue's model ids, for ARNs of that kind.
	Profiles map[string]string

	// OnStart is told of each call once its body is read, OnCall when it has ended. Both run on the call's goroutine, so
	// they must be safe for concurrent use.
	OnStart func(Call)
	OnCall  func(Call)

	// Mutation damages the emulator in one way, to show that its conformance tests notice. Never set it otherwise.
	Mutation Mutation
}

// Mutation names one way to be wrong.
type Mutation string

// The mutations that the conformance tests must notice.
const (
	MutateNoSignature   Mutation = "no-signature"    // any signature passes
	MutateSingleEscape  Mutation = "single-escape"   // the canonical path is encoded once too few
	MutateUnionType     Mutation = "union-type"      // content unions carry a "type" key
	MutateNoBlockStop   Mutation = "no-block-stop"   // streams lack contentBlockStop
	MutateNoMessageStop Mutation = "no-message-stop" // streams lack messageStop
	MutateBadCRC        Mutation = "bad-crc"         // frames carry a wrong checksum
)

// Server is the emulator. It is an http.Handler; Serve and Start give it a listener.
type Server struct {
	config   Config
	verifier *verifier
	models   *catalogue
	faults   []FaultRate
	outcomes *outcomes
	fixed    *fixedAnswers
	calls    atomic.Uint64
	caches   *promptCaches
}

// New checks the configuration and loads its files. Errors name the field or the file and line at fault.
func New(config Config) (*Server, error) {
	config = withDefaults(config)
	models, err := newCatalogue(config.Regions, config.Profiles)
	if err != nil {
		return nil, err
	}
	known, err := loadOutcomes(config.Outcomes, config.Rates, config.Seed)
	if err != nil {
		return nil, err
	}
	if err := checkRates(config.Faults); err != nil {
		return nil, err
	}
	s := &Server{config: config, models: models, faults: config.Faults, outcomes: known, caches: newPromptCaches()}
	s.verifier = newVerifier(config)
	if config.Fixed {
		s.fixed = newFixedAnswers()
	}
	return s, nil
}

func withDefaults(config Config) Config {
	if len(config.Regions) == 0 {
		config.Regions = []string{"us-east-1"}
	}
	if config.Credentials == nil {
		config.Credentials = defaultCredentials()
	}
	if config.BearerKeys == nil {
		config.BearerKeys = []string{DefaultBearerKey}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return config
}

// nextID gives a call its number and the request id made of it: unique in a run and the same in the next one.
func (s *Server) nextID() (uint64, string) {
	n := s.calls.Add(1)
	r := newRandom(s.config.Seed, n, "request id")
	a, b := r.Uint64(), r.Uint64()
	return n, fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

var _ http.Handler = (*Server)(nil)
