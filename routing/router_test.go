package routing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	plainText = "What is the capital of France?"
	codeText  = "Write a Python function that reverses a list."
)

func longText(words int) string { return strings.Repeat("word ", words) }

// modelNames tells the models of a plan in a line.
func modelNames(p *Plan) string {
	names := make([]string, len(p.Models))
	for i, m := range p.Models {
		names[i] = m.Name
	}
	return strings.Join(names, " ")
}

func mustPlan(t *testing.T, r *Router, p *Prompt) *Plan {
	t.Helper()
	plan, err := r.Plan(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// simple and complex are classifiers that are sure, unsure is one that is not.
func sure(weakOK, gain float64) Scorer {
	return scoreFunc(func(string, string) Score { return Score{SmallOK: weakOK, Gain: gain, Worth: .1} })
}

func unsure() Scorer {
	return scoreFunc(func(string, string) Score { return Score{SmallOK: .5, Gain: .1, Worth: .1, Unsure: true} })
}

func testJudge(t *testing.T, a Asker, m *Model) *Judge {
	t.Helper()
	j, err := NewJudge(a, JudgeOptions{Model: m})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name     string
		p        *Prompt
		change   func(*Policy)
		pipe     string
		strategy string
		models   string
	}{
		{"a concrete model before all", &Prompt{Model: "opus", Pipe: "green", Task: "summarize"}, nil, "", StrategyModel, "opus"},
		{"by its id", &Prompt{Model: "us.anthropic.claude-opus-5-5"}, nil, "", StrategyModel, "opus"},
		{"by its bare id", &Prompt{Model: "anthropic.claude-opus-5-5"}, nil, "", StrategyModel, "opus"},
		{"auto is no model", &Prompt{Model: "auto"}, nil, "green", StrategyTokens, "haiku sonnet opus"},
		{"a pipe named as model", &Prompt{Model: "purple", Task: "summarize"}, nil, "purple", StrategyPipe, "sonnet opus"},
		{"a pipe before the flag", &Prompt{Pipe: "purple", Task: "summarize"}, nil, "purple", StrategyPipe, "sonnet opus"},
		{"the flag before rules", &Prompt{Task: "summarize", Turns: ask(longText(60_000)).Turns}, nil, "green", StrategyFlag, "haiku sonnet opus"},
		{"the flag in any case", &Prompt{Task: " Code "}, nil, "purple", StrategyFlag, "sonnet opus"},
		{"an unknown flag is ignored", &Prompt{Task: "sing"}, nil, "green", StrategyTokens, "haiku sonnet opus"},
		{"short and plain", ask(plainText), nil, "green", StrategyTokens, "haiku sonnet opus"},
		{"long", ask(longText(60_000)), nil, "purple", StrategyTokens, "sonnet opus"},
		{"a rule before the token rule", ask(plainText), func(p *Policy) {
			p.Rules = append([]Rule{{Name: "french", When: condition(t, `language == "en"`), Pipe: "purple"}}, p.Rules...)
		}, "purple", StrategyRules, "sonnet opus"},
		{"a rule that picks a model", ask(plainText), func(p *Policy) {
			p.Rules = []Rule{{Name: "r", When: condition(t, "true"), Model: p.Models[2]}}
		}, "", StrategyRules, "opus"},
		{"a rule whose model cannot", &Prompt{Needs: NeedForcedTool, Turns: ask(codeText).Turns}, func(p *Policy) {
			p.Rules = []Rule{{Name: "r", When: condition(t, "true"), Model: p.Models[2]}}
		}, "purple", StrategyDefault, "sonnet opus"}, // opus is asked in words, behind the one that can be forced
		{"a model that may not be named, and a pipe", &Prompt{Model: "opus", Pipe: "green"}, func(p *Policy) { p.ConcreteModels = false }, "green", StrategyPipe, "haiku sonnet opus"},
		{"the classifier: simple", ask(codeText), func(p *Policy) { p.Scorer = sure(.9, .05) }, "green", StrategyClassifier, "haiku sonnet opus"},
		{"the classifier: complex", ask(codeText), func(p *Policy) { p.Scorer = sure(.3, .5) }, "purple", StrategyClassifier, "sonnet opus"},
		{"the judge where it is unsure: 1", ask(codeText), func(p *Policy) { p.Scorer, p.Judge = unsure(), testJudge(t, answer("1"), p.Models[0]) }, "green", StrategyJudge, "haiku sonnet opus"},
		{"the judge where it is unsure: 2", ask(codeText), func(p *Policy) { p.Scorer, p.Judge = unsure(), testJudge(t, answer("2"), p.Models[0]) }, "purple", StrategyJudge, "sonnet opus"},
		{"nobody could tell", ask(codeText), func(p *Policy) { p.Scorer = unsure() }, "purple", StrategyDefault, "sonnet opus"},
		{"nobody is asked", ask(codeText), func(p *Policy) { p.Default.Ask, p.Scorer = nil, sure(.9, 0) }, "purple", StrategyDefault, "sonnet opus"},
		{"a rule that says whom to ask", ask(codeText), func(p *Policy) {
			p.Scorer, p.Default.Ask = sure(.9, 0), nil
			p.Rules = []Rule{{Name: "r", When: condition(t, "code"), Ask: []string{AskClassifier}}}
		}, "green", StrategyClassifier, "haiku sonnet opus"},
		{"a request without turns", &Prompt{}, nil, "green", StrategyTokens, "haiku sonnet opus"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.p.Turns == nil && tt.name != "a request without turns" {
				tt.p.Turns = ask(plainText).Turns
			}
			plan := mustPlan(t, testRouter(t, tt.change), tt.p)
			if plan.Pipe != tt.pipe || plan.Strategy != tt.strategy || modelNames(plan) != tt.models {
				t.Errorf("got %q by %s to %s (%s), want %q by %s to %s", plan.Pipe, plan.Strategy, modelNames(plan), plan.Reason, tt.pipe, tt.strategy, tt.models)
			}
			if pinned := tt.strategy == StrategyModel; plan.Pinned != pinned {
				t.Errorf("pinned %v, want %v", plan.Pinned, pinned)
			}
			if plan.Largest == nil || plan.Largest.Name != "opus" {
				t.Errorf("largest is %v, want opus", plan.Largest)
			}
		})
	}
}

func TestWhatDoesNotFitNeverGoesThere(t *testing.T) {
	small := titan()
	tests := []struct {
		name   string
		p      *Prompt
		models string // "" unservable
	}{
		{"all fit", &Prompt{}, "titan haiku"},
		{"tools", &Prompt{Needs: NeedTools}, "haiku"},
		{"images", &Prompt{Needs: NeedImages}, "haiku"},
		{"long input", &Prompt{Turns: ask(longText(3_500)).Turns}, "haiku"},
		{"long answer", &Prompt{MaxTokens: 4_000, Turns: ask(plainText).Turns}, "haiku"},
		{"longer than it can answer", &Prompt{MaxTokens: 5_000}, "haiku"},
		{"media", &Prompt{MediaTokens: 4_000}, "haiku"},
		{"too long for all", &Prompt{Turns: ask(longText(900_000)).Turns}, ""},
		{"an answer too long for all", &Prompt{MaxTokens: 200_000}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := testRouter(t, func(p *Policy) {
				p.Pipes = []*Pipe{{Name: "green", Models: []*Model{small, p.Models[0]}}, {Name: "purple", Models: []*Model{p.Models[0]}}}
			})
			tt.p.Pipe = "green"
			plan, err := r.Plan(context.Background(), tt.p)
			var u *Unservable
			switch {
			case tt.models == "" && !errors.As(err, &u):
				t.Errorf("got %v, want an *Unservable", err)
			case tt.models != "" && (err != nil || modelNames(plan) != tt.models):
				t.Errorf("got %v, %v; want %s", plan, err, tt.models)
			}
		})
	}
}

func TestUnservableTellsWhatIsMissing(t *testing.T) {
	tests := []struct {
		p    *Prompt
		want string
	}{
		{&Prompt{MaxTokens: 200_000}, "each answers with at most 128000 tokens, and max_tokens is 200000"},
		{&Prompt{Needs: NeedForcedTool, MaxTokens: 200_000}, "one answers with at most 128000 tokens, and max_tokens is 200000; one takes no forced tool calls"},
		{&Prompt{MediaTokens: 1_000_000}, "each holds 1000000 tokens, and this may take 1401024 with the answer"},
	}
	for _, tt := range tests {
		_, err := testRouter(t, nil).Plan(context.Background(), tt.p)
		var u *Unservable
		if !errors.As(err, &u) || u.Need != tt.want {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}

func TestAnotherPipeWhereNoneOfTheChosenFits(t *testing.T) {
	events := map[string]int{}
	r := testRouter(t, func(p *Policy) {
		p.Pipes[0] = &Pipe{Name: "green", Models: []*Model{titan()}}
		p.Count = func(e string) { events[e]++ }
	})
	plan := mustPlan(t, r, &Prompt{Needs: NeedTools, Turns: ask(plainText).Turns})
	if plan.Pipe != "purple" || !strings.Contains(plan.Reason, "no model of pipe green fits") || events[EventPipeSkipped] != 1 {
		t.Errorf("pipe %s, reason %q, events %v", plan.Pipe, plan.Reason, events)
	}
}

func TestRefusedNames(t *testing.T) {
	tests := []struct {
		name  string
		p     *Prompt
		want  string
		param string
	}{
		{"an unknown model", &Prompt{Model: "gpt-4o"}, `there is no model "gpt-4o"; "auto" lets Ockham pick one`, "model"},
		{"an unknown pipe", &Prompt{Pipe: "red"}, `there is no pipe "red"; there are green, purple`, "pipe"},
		{"a model that cannot", &Prompt{Model: "opus", Needs: NeedForcedTool}, "model opus: takes no forced tool calls", "model"},
		{"a huge name", &Prompt{Pipe: strings.Repeat("é", 5000)}, "...", "pipe"},
	}
	for _, tt := range tests {
		_, err := testRouter(t, nil).Plan(context.Background(), tt.p)
		var u *Unservable
		if !errors.As(err, &u) || !strings.Contains(u.Need, tt.want) || u.Param != tt.param || len(u.Need) > 300 {
			t.Errorf("%s: got %v, want %q for %s", tt.name, err, tt.want, tt.param)
		}
	}
}

func TestFallbacksAreCountedAndNeverFail(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Policy)
		event  string
	}{
		{"no classifier", nil, EventNoClassifier},
		{"a classifier that panics", func(p *Policy) { p.Scorer = scoreFunc(func(string, string) Score { panic("broken") }) }, EventClassifierFails},
		{"a score that is none", func(p *Policy) { p.Scorer = sure(2, 0) }, EventClassifierFails},
		{"no judge", nil, EventNoJudge},
		{"a judge that rambles", func(p *Policy) { p.Judge = testJudge(t, answer("It is 1 or 2."), p.Models[0]) }, EventJudgeRambled},
		{"a judge that is down", func(p *Policy) {
			p.Judge = testJudge(t, askFunc(func(context.Context, *Model, Question) (Reply, error) { return Reply{}, errDown }), p.Models[0])
		}, EventJudgeFailed},
		{"a judge that costs more than it saves", func(p *Policy) { p.Judge = testJudge(t, answer("1"), dear()) }, EventJudgeTooDear},
		{"a rule that fails", func(p *Policy) {
			p.Rules = []Rule{{Name: "r", When: condition(t, `tools == 0 || turns / tools > 1`), Pipe: "green"}, {Name: "s", When: condition(t, "turns == 1 && turns / (turns - 1) > 0"), Pipe: "green"}}
		}, EventRuleFailed},
		{"an unknown task", nil, EventUnknownTask},
		{"a model where none may be named", func(p *Policy) { p.ConcreteModels = false }, EventModelIgnored},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := map[string]int{}
			r := testRouter(t, func(p *Policy) {
				if tt.change != nil {
					tt.change(p)
				}
				p.Count = func(e string) { events[e]++ }
			})
			p := ask(codeText)
			if tt.event == EventModelIgnored {
				p.Model = "opus"
			}
			p.Task, p.Tools = "sing", []Tool{{Name: "a"}}
			plan := mustPlan(t, r, p)
			if plan.Pipe != "purple" || plan.Strategy != StrategyDefault || events[tt.event] != 1 {
				t.Errorf("pipe %s by %s, events %v; want purple by default and one %s", plan.Pipe, plan.Strategy, events, tt.event)
			}
		})
	}
}

func TestHoldOutIsDrawnFromTheRequestID(t *testing.T) {
	r := testRouter(t, func(p *Policy) { p.Default.HoldOut = .02 })
	out := 0
	for i := range 20_000 {
		p := ask(plainText)
		p.ID = fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i*7919)
		plan := mustPlan(t, r, p)
		if plan.HoldOut != mustPlan(t, r, p).HoldOut {
			t.Fatal("two draws for one id differ")
		}
		if !plan.HoldOut {
			continue
		}
		if out++; modelNames(plan) != "opus" {
			t.Fatalf("a held-out request goes to %s", modelNames(plan))
		}
	}
	if out < 330 || out > 470 {
		t.Errorf("%d of 20000 are held out, want about 400", out)
	}
}

func TestRoutesHaveTheirOwnProfile(t *testing.T) {
	r := testRouter(t, func(p *Policy) {
		voice := p.Default
		voice.RealTime, voice.Deadlines.FirstToken, voice.Unsure = true, 500, "green"
		p.Routes = map[string]*Profile{"voice": &voice}
		p.Judge = testJudge(t, askFunc(func(context.Context, *Model, Question) (Reply, error) {
			t.Error("the judge was asked on a real-time route")
			return Reply{}, nil
		}), p.Models[0])
	})
	p := ask(codeText)
	p.Route = "voice"
	plan := mustPlan(t, r, p)
	if plan.Pipe != "green" || plan.Deadlines.FirstToken != 500 {
		t.Errorf("pipe %s, first token %d", plan.Pipe, plan.Deadlines.FirstToken)
	}
}

func TestExplainAsksNobody(t *testing.T) {
	r := testRouter(t, func(p *Policy) {
		p.Scorer = unsure()
		p.Judge = testJudge(t, askFunc(func(context.Context, *Model, Question) (Reply, error) {
			t.Error("a model was asked")
			return Reply{}, nil
		}), p.Models[0])
	})
	plan, err := r.Explain(ask(codeText))
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, s := range plan.Steps {
		steps = append(steps, s.Step+": "+s.Result)
	}
	want := []string{"features: 10 tokens, en, code", "rules: none", "classifier: unsure", "judge: would be asked", "otherwise: purple"}
	if d := cmp.Diff(want, steps); d != "" {
		t.Errorf("steps differ (-want +got):\n%s", d)
	}
}

func TestExpectedCost(t *testing.T) {
	p := ask(plainText)
	p.MaxTokens = 100
	plan := mustPlan(t, testRouter(t, func(p *Policy) { p.Default.Limits.Attempts = 2 }), p)
	f := plan.Features
	h := CallCost(plan.Models[0], p, &f)
	s := CallCost(plan.Models[1], p, &f)
	if want := h + failureRate*s; plan.ExpectedCostUSD < want*.999 || plan.ExpectedCostUSD > want*1.001 {
		t.Errorf("expected cost %g, want %g", plan.ExpectedCostUSD, want)
	}
	if want := (float64(f.Tokens)*.11 + 100*.55) / 1e6; h < want*.999 || h > want*1.001 {
		t.Errorf("haiku's call costs %g, want %g", h, want)
	}
}
