package demo

import "testing"

const corpus = "../../examples/demo/requests.jsonl"

// The corpus means what it says: every right answer is right, every wrong one is wrong, but for what
// only needs to be unwrapped.
func TestCorpus(t *testing.T) {
	cases, err := Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.ID] {
			t.Errorf("%s: the id occurs twice", c.ID)
		}
		seen[c.ID] = true
		if !c.Expect.Met(c.Right) {
			t.Errorf("%s: the right answer does not meet its expectation", c.ID)
		}
		for i, w := range c.Wrong {
			if met := c.Expect.Met(w.Text); met != (w.How == "fenced") {
				t.Errorf("%s: wrong answer %d (%s): met is %v", c.ID, i, w.How, met)
			}
		}
	}
}
