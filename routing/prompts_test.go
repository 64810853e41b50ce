package routing

import "testing"

func TestLibraryPlacesTheClientsText(t *testing.T) {
	l := Library{
		{Models: "sonnet", Task: "code", System: "Before. {client} After."},
		{Models: "amazon.titan-*", System: "Titan."},
		{Models: "claude", System: "Any Claude."},
	}
	tests := []struct {
		m            *Model
		task, client string
		want         string
	}{
		{sonnet(), "code", "Be brief.", "Before. Be brief. After."},
		{sonnet(), " CODE", "", "Before.  After."},
		{sonnet(), "math", "Be brief.", "Any Claude.\n\nBe brief."},
		{titan(), "", "Be brief.", "Titan.\n\nBe brief."},
		{&Model{Name: "x", Family: "nova"}, "code", " as it is ", " as it is "},
	}
	for _, tt := range tests {
		if got := l.System(tt.m, tt.task, tt.client); got != tt.want {
			t.Errorf("%s, %q: got %q, want %q", tt.m.Name, tt.task, got, tt.want)
		}
	}
}

// Without a task_type, and for families that need no help, the built-in library changes nothing.
func TestBuiltInLibraryIsModest(t *testing.T) {
	l := BuiltInPrompts()
	for _, m := range []*Model{haiku(), sonnet(), titan()} {
		if got := l.System(m, "", "Be brief."); got != "Be brief." {
			t.Errorf("%s without a task: %q", m.Name, got)
		}
	}
	if got := l.System(haiku(), "summarize", "Be brief."); got != "Be brief." {
		t.Errorf("haiku: %q", got)
	}
	if got := l.System(titan(), "classify", "Be brief."); got != "Be brief.\n\nAnswer with the label alone, spelled as it was given." {
		t.Errorf("titan: %q", got)
	}
	if got := l.System(&Model{ID: "us.meta.llama3-3-70b-instruct-v1:0", Family: "llama"}, "translate", ""); got == "" {
		t.Error("llama: no text for a task it needs help with")
	}
}
