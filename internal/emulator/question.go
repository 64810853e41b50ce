package emulator

import (
	"math/rand/v2"
	"strings"
)

// question is one request, taken apart as far as an answer needs it.
type question struct {
	number uint64
	target target
	talk   *conversation
	prompt string // the last user text without markers
	texts  []string
	judged judgement
	faults faults
	random *rand.Rand
	json   bool           // the answer shall be JSON
	schema map[string]any // of this form, if known
}

func (q *question) model() *Model { return q.target.model }

// newQuestion also draws the faults that hit it.
func (s *Server) newQuestion(number uint64, t target, c *conversation) (*question, *apiError) {
	q := &question{number: number, target: t, talk: c, judged: judgementOf(c)}
	var markers []marker
	for _, text := range c.lastUser() {
		clean, found, err := cutMarkers(text)
		if err != nil {
			return nil, invalid("emulator: %v", err)
		}
		q.texts = append(q.texts, clean)
		markers = append(markers, found...)
	}
	q.prompt = strings.TrimSpace(strings.Join(q.texts, "\n"))
	q.faults = s.drawFaults(t.model, number, markers, q.judged != notJudged)
	q.random = s.randomFor(q)
	q.schema, q.json = wantedJSON(c, q.prompt)
	return q, nil
}

// randomFor depends on seed, model and conversation, so that a repeated request has the same answer; a temperature above
// 0 or Vary makes each call another one.
func (s *Server) randomFor(q *question) *rand.Rand {
	number := fingerprint(q.talk)
	if s.config.Vary || q.talk.temperature != nil && *q.talk.temperature > 0 {
		number ^= q.number * 0x94d049bb133111eb
	}
	return newRandom(s.config.Seed, number, q.model().ID)
}

// jsonPhrases ask for JSON; the bare word does not, since prompts are about JSON too.
var jsonPhrases = []string{
	"json object", "valid json", "only json", "json only", "as json", "in json", "json schema", "return json",
	"json format", "output json", "with json", "json value", "json document", "json array", "als json", "en json",
}

// wantedJSON tells whether the answer shall be JSON, and its schema where the request holds one.
func wantedJSON(c *conversation, prompt string) (map[string]any, bool) {
	if c.schema != nil {
		return c.schema, true
	}
	for _, text := range append(c.systemTexts(), prompt) {
		if asksJSON(text) {
			return findSchema(text), true
		}
	}
	return nil, false
}

func asksJSON(text string) bool {
	lower := strings.ToLower(text)
	if !strings.Contains(lower, "json") {
		return false
	}
	for _, phrase := range jsonPhrases {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	return false
}

// findSchema looks for a JSON Schema written out in text.
func findSchema(text string) map[string]any {
	for tries := 0; tries < 16; tries++ {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			return nil
		}
		text = text[start:]
		if object, rest := leadingObject(text); object != nil {
			if object["properties"] != nil || object["type"] == "object" || object["$schema"] != nil {
				return object
			}
			text = rest
			continue
		}
		text = text[1:]
	}
	return nil
}
