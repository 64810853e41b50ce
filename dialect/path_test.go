package dialect

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestFor(t *testing.T) {
	for _, c := range []struct {
		method, path, name string
		status             int // 0: found
	}{
		{"POST", "/api/v1/generate", "generate", 0},
		{"POST", "/v1/chat/completions", "openai", 0},
		{"POST", "/v1/messages", "anthropic", 0},
		{"POST", "/v1/messages/count_tokens", "anthropic", 0},
		{"POST", "/model/auto/converse", "converse", 0},
		{"POST", "/model/green/converse-stream", "converse", 0},
		{"POST", "/model/auto/count-tokens", "converse", 0},
		{"POST", "/model/m/invoke", "converse", 0},
		{"POST", "/model/m/invoke-with-response-stream", "converse", 0},
		{"GET", "/api/v1/generate", "generate", 405},
		{"HEAD", "/v1/chat/completions", "openai", 405},
		{"PUT", "/v1/messages", "anthropic", 405},
		{"GET", "/model/auto/converse", "converse", 405},
		{"post", "/api/v1/generate", "generate", 405},
		{"POST", "/", "generate", 404},
		{"POST", "", "generate", 404},
		{"POST", "/api/v2/generate", "generate", 404},
		{"POST", "/api/v1/generate/", "generate", 404},
		{"GET", "/nowhere", "generate", 404},
		{"POST", "/v1/completions", "openai", 404},
		{"GET", "/v1/models", "openai", 404}, // answered by the HTTP port
		{"POST", "/v1/messages/batches", "anthropic", 404},
		{"POST", "/model/auto", "converse", 404},
		{"POST", "/model/auto/", "converse", 404},
		{"POST", "/model/auto/converse/", "converse", 404},
		{"POST", "/model/auto/async-invoke", "converse", 404},
		{"POST", "/model/arn:aws:bedrock:us-east-1:1:inference-profile/m/converse", "converse", 404}, // the slash must be sent as %2F
	} {
		d, err := For(c.method, c.path)
		status := 0
		if err != nil {
			status = err.Status()
		}
		if d == nil || d.Name() != c.name || status != c.status {
			t.Errorf("For(%s, %s): got %v, status %d; want %s, %d", c.method, c.path, d, status, c.name, c.status)
		}
	}
}

func TestModelInPath(t *testing.T) {
	const body = `{"messages":[{"role":"user","content":[{"text":"a"}]}]}`
	for _, c := range []struct{ segment, model string }{
		{"auto", ""},
		{"green", "green"},
		{"us.anthropic.claude-haiku-5-5", "us.anthropic.claude-haiku-5-5"},
		{"amazon.nova-lite-v1%3A0", "amazon.nova-lite-v1:0"},
		{"amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"},
		{"arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2fm", "arn:aws:bedrock:us-east-1:1:inference-profile/m"},
		{"", "refused"},
		{"%", "refused"},
		{"a%2", "refused"},
		{"a%zz", "refused"},
		{"a%253A0", "refused"}, // encoded twice
		{"%2e%2e", "refused"},
		{"..%2f..%2fadmin", "refused"},
		{"a%2F..%2Fb", "refused"},
		{"a%2F.%2Fb", "refused"},
		{"a%2F%2Fb", "refused"},
		{"%2Fa", "refused"},
		{"a%2F", "refused"},
		{"a%3Fx%3D1", "refused"},
		{"a%23b", "refused"},
		{"a%00b", "refused"},
		{"a%0d%0ahost%3Ab", "refused"},
		{"a b", "refused"},
		{"a%5Cb", "refused"},
		{"%C3%A9", "refused"},
		{strings.Repeat("a", 2049), "refused"},
	} {
		call, err := Converse{}.Parse(input("/model/"+c.segment+"/converse", body))
		got := "refused"
		if err == nil {
			got = call.Model
		} else if e, ok := err.(*Error); !ok || e.Code != InvalidRequest {
			t.Errorf("%s: got error %v, want invalid_request", c.segment, err)
		}
		if got != c.model {
			t.Errorf("%s: got model %q, want %q", c.segment, got, c.model)
		}
	}
}

func TestModelInBody(t *testing.T) {
	for _, name := range []string{"../x", "a?b", "a#b", "a/../b", "a\\u0000", "a b", "/a", "a%2e", ".."} {
		for _, d := range []Dialect{OpenAI{}, Anthropic{}} {
			_, err := d.Parse(input("/", `{"model":"`+name+`","messages":[{"role":"user","content":"x"}]}`))
			if e, ok := err.(*Error); !ok || e.Code != InvalidRequest || e.Param != "model" {
				t.Errorf("%s, model %q: got %v, want invalid_request at model", d.Name(), name, err)
			}
		}
	}
}

func TestInvokeNeedsAModel(t *testing.T) {
	_, err := Converse{}.Parse(input("/model/auto/invoke", "x"))
	if e, ok := err.(*Error); !ok || e.Status() != 400 {
		t.Errorf("got %v, want a 400", err)
	}
}

func TestModelsList(t *testing.T) {
	var list struct {
		Object  string
		Data    []struct{ ID, Object, Type, OwnedBy string }
		FirstID *string `json:"first_id"`
	}
	if err := json.Unmarshal(ModelsList([]string{"auto", `a"b`}), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != 2 || list.Data[1].ID != `a"b` || list.Object != "list" || list.FirstID == nil || *list.FirstID != "auto" {
		t.Errorf("got %+v, want auto and a\"b", list)
	}
	if err := json.Unmarshal(ModelsList(nil), &list); err != nil || len(list.Data) != 0 || list.FirstID != nil {
		t.Errorf("got %+v, %v, want an empty list", list, err)
	}
}

// documentedErrors reads the table of errors in docs/dialects.md: its cells, row by row.
func documentedErrors(t *testing.T) (rows [][]string) {
	t.Helper()
	doc, err := os.ReadFile("../docs/dialects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "\n## Errors\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 7 || strings.Contains(line, "status") || strings.Contains(line, "---") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells[1:6])
	}
	return rows
}

// TestErrors holds every code's form in every dialect to the documentation.
func TestErrors(t *testing.T) {
	rows := documentedErrors(t)
	if len(rows) != len(statuses) {
		t.Fatalf("got %d documented codes, want %d", len(rows), len(statuses))
	}
	for _, row := range rows {
		e := &Error{Code: Code(row[0]), Message: `What "went" wrong.`, Param: "p"}
		if got := strconv.Itoa(e.Status()); got != row[1] {
			t.Errorf("%s: got status %s, documented is %s", e.Code, got, row[1])
		}
		for i, d := range []Dialect{OpenAI{}, Anthropic{}, Converse{}, Generate{}} {
			var body struct {
				Message string
				Error   struct{ Type, Message string }
			}
			if err := json.Unmarshal(d.Error(nil, e, "r1"), &body); err != nil {
				t.Fatalf("%s %s: %v", d.Name(), e.Code, err)
			}
			if body.Message+body.Error.Message != e.Message {
				t.Errorf("%s %s: got message %q%q, want %q", d.Name(), e.Code, body.Message, body.Error.Message, e.Message)
			}
			got := body.Error.Type
			if h, ok := d.(ErrorHeaders); ok {
				got = h.ErrorHeaders(e)[0][1]
			}
			if want := append(row[2:], "")[i]; got != want {
				t.Errorf("%s %s: got type %q, documented is %q", d.Name(), e.Code, got, want)
			}
		}
	}
}
