package routing

import (
	"strings"
	"testing"
)

func TestConditions(t *testing.T) {
	p := &Prompt{
		Stream: true, Route: "voice", Tenant: "acme", MaxTokens: 100, Format: FormatSchema, CachedTokens: 7,
		Headers: map[string]string{"x-team": "blue", "x-other": "1"}, Metadata: map[string]string{"team": "red"},
	}
	f := Features{Tokens: 600, UserTokens: 20, Turns: 3, Language: "de", Code: true, Tools: 2, Task: "code"}
	tests := []struct {
		when     string
		want     bool
		strategy string
	}{
		{`tokens > 500`, true, StrategyTokens},
		{`tokens > 500 && code && !math && !steps`, true, StrategyTokens},
		{`tokens > 500 && tenant == "acme"`, true, StrategyRules},
		{`code`, true, StrategyRules},
		{`task_type in ["code", "math"]`, true, StrategyRules},
		{`headers["x-team"] == "blue" && metadata.team == "red"`, true, StrategyRules},
		{`language == "de" && stream && route.startsWith("vo")`, true, StrategyRules},
		{`format == "schema" && max_tokens == 100 && cached_tokens == 7 && turns >= 3 && tools == 2`, true, StrategyRules},
		{`images || json || over_budget || user_tokens > 20 || system_tokens + old_tokens + tool_tokens + source_tokens > 0`, false, StrategyRules},
		{`user_tokens > 0 && tokens / user_tokens == 30`, true, StrategyTokens},
	}
	for _, tt := range tests {
		c := condition(t, tt.when)
		got, err := c.Holds(&inputs{p: p, f: f})
		if err != nil || got != tt.want || c.Strategy != tt.strategy || c.Constant != nil {
			t.Errorf("%s: got %v, %v, strategy %s; want %v, strategy %s", tt.when, got, err, c.Strategy, tt.want, tt.strategy)
		}
	}
}

func TestConditionFaults(t *testing.T) {
	l, err := NewLanguage([]string{"x-team"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		when         string
		line, column int
		want         string // part of the message
	}{
		{`token > 5`, 1, 1, `there is no "token" to read; did you mean "tokens"?`},
		{"tokens > 5 &&\n  cod", 2, 3, `there is no "cod" to read; did you mean "code"?`},
		{`tokens >`, 1, 9, "Syntax error"},
		{`tokens + 5`, 1, 1, "a condition is true or false, this one is of type int"},
		{`tokens > "5"`, 1, 8, "no matching overload"},
		{`headers["x-taem"] == "a"`, 1, 8, `headers "x-taem" is not among inputs.headers, so it would never be seen; name it there; did you mean "x-team"?`},
		{`metadata.team == "a"`, 1, 9, `metadata "team" is not among inputs.metadata`},
		{`turns / tools > 2`, 1, 1, "it fails on an empty request: division by zero"},
		{strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), 1, 0, "recursion"},
		{strings.Repeat("a", 20_000), 1, 0, "size exceeds limit"},
	}
	for _, tt := range tests {
		_, faults := l.Compile(tt.when)
		if len(faults) == 0 {
			t.Errorf("%.40s: no fault, want %q", tt.when, tt.want)
			continue
		}
		f := faults[0]
		if !strings.Contains(f.Message, tt.want) || tt.column > 0 && (f.Line != tt.line || f.Column != tt.column) {
			t.Errorf("%.40s: got %d:%d %q, want %d:%d %q", tt.when, f.Line, f.Column, f.Message, tt.line, tt.column, tt.want)
		}
	}
}

func TestConstantConditions(t *testing.T) {
	yes, no := true, false
	for when, want := range map[string]*bool{
		`true`: &yes, `1 < 2`: &yes, `tokens > 5 || true`: &yes, `code || !false`: &yes,
		`false`: &no, `code && 1 > 2`: &no,
		`tokens >= 0`: nil, `code || !code`: nil,
	} {
		got := condition(t, when).Constant
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%s: constant %v, want %v", when, got, want)
		}
	}
}

func TestNormalFormIgnoresSpace(t *testing.T) {
	a, b := condition(t, "tokens>5&&code"), condition(t, "tokens > 5  &&  code")
	if a.Normal != b.Normal {
		t.Errorf("%q and %q differ", a.Normal, b.Normal)
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"tokens", "turns", "tools", "pipe"}
	for word, want := range map[string]string{
		"token": `; did you mean "tokens"?`, "tuns": `; did you mean "turns"?`, "pip": `; did you mean "pipe"?`, "pieps": "", "piep": `; did you mean "pipe"?`, "zebra": "", "": "",
	} {
		if got := Suggest(word, names); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

// FuzzCondition: an expression is compiled or refused, with what is wrong and where.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{`tokens > 500 && !code`, `headers["x"] == "y"`, `task_type in ["a", "b"]`, `[1].map(x, x).exists(y, y > 0)`, `"a".matches("(a+)+$")`, `1 / 0 > 0`, `(`, `tokens`, "\xff"} {
		f.Add(s)
	}
	l, err := NewLanguage([]string{"x"}, []string{"y"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		c, faults := l.Compile(source)
		if (c == nil) == (len(faults) == 0) {
			t.Fatalf("%q: got %v and %v, want one of both", source, c, faults)
		}
		for _, fault := range faults {
			if fault.Message == "" {
				t.Errorf("%q: a fault without a word", source)
			}
		}
	})
}
