package extproc

import (
	"testing"

	"ockham/bedrock"
)

// Tokens that have come while others were looked at are heard together, and so sent together.
func TestWhatCameTogetherIsHeardTogether(t *testing.T) {
	a := &attempt{fit: bedrock.Fitted{Stream: true}, status: 200}
	x := &exchange{policy: &Policy{MaxHeld: 1 << 20}, tries: []*attempt{a}, cur: a, response: response{released: true}}
	inbox := make(chan *heard, inboxSize)
	for _, token := range []string{"two", " three"} {
		inbox <- &heard{kind: requestResponseBody, body: frames("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"`+token+`"}}`)}
	}
	first := &heard{kind: requestResponseBody, body: frames("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"one "}}`)}
	if err := x.hearAll(first, inbox); err != nil {
		t.Fatal(err)
	}
	if got := a.collect.Text(); got != "one two three" || len(a.held) != 3 {
		t.Errorf("got %q in %d events to send, want all three", got, len(a.held))
	}
}
