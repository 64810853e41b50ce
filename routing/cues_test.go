package routing

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFeaturesOfText(t *testing.T) {
	tests := []struct {
		text string
		want string // what the text shows, and its language
	}{
		{"What is the capital of France?", "en"},
		{"Write a Python function that reverses a linked list.", "code en"},
		{"Fix the bug in this code, the server throws an exception.", "code en"},
		{"```go\nfunc main() {}\n```\nWhat does it print?", "code en"},
		{"const f = (a) => a === 1 && b;", "code"},
		{"SELECT name FROM users; why is this query slow on postgres?", "code en"},
		{"What is the dress code for the wedding?", "en"},
		{"Translate to German: the class starts at nine.", "en"},
		{"Schreibe eine Funktion in Python, die eine Liste umdreht.", "code de"},
		{"Escribe una función en Python que invierta una lista.", "code es"},
		{"写一个函数来编程实现排序", "code zh"},
		{"Prove that the square root of 2 is irrational; give the proof with a lemma.", "math en"},
		{"If a train travels 60 miles in 1.5 hours, how far will it travel in 4 hours?", "math en"},
		{"Solve $x^2 + 3x = 4$.", "math"},
		{"Compute \\frac{1}{2} + \\sqrt{2}.", "math"},
		{"∫ x² dx ≥ 0?", ""},
		{"Anna hat 12 Äpfel und kauft 7 dazu. Wie viele hat sie?", "math de"},
		{"Wie viele Einwohner hat Berlin?", "de"},
		{"Compare the two offers, evaluate the risks and recommend one.", "steps en"},
		{"First read the file, then list the names, and finally count them.", "steps en"},
		{"Six tasks, two machines: A must be finished before C, D needs B, each takes an hour. Find a schedule.", "steps en"},
		{"Nobody may park here after 18:00 unless they live in the street. Lena, a visitor, parks at 19:00. May she?", "math steps en"},
		{"Which of the two flats is cheaper over 3 years? One: 940 a month, 2 months deposit. Two: 880, but 45 for parking and 1,500 at once.", "math en"},
		{"Translate to French: nobody may enter before 9 unless each of them has a badge; otherwise they must wait.", "en"},
		{"Summarise: rent 940, parking 45, deposit 1,880. Is that right? Paid on 3 May, 5 June and 1 July.", "en"},
		{"Extract name, phone and order number: Mia Holm, 0171 223 4411, order 88120, ordered 3 at 14.90. Did it ship?", "en"},
		{"1. Read it\n2. Sort it\n3. Explain why you sorted it so", "steps en"},
		{"Give me the name and price as JSON.", "json en"},
		{`{"name": "Anna", "tags": [{"a": 1}]}`, "json"},
		{"", ""},
		{"   \n\t ", ""},
		{"Résumez ce texte pour moi, il est dans la pièce jointe.", "fr"},
		{"Riassumi questo testo, non più di tre frasi.", "it"},
		{"Vat deze tekst samen in een zin, het is voor mijn baas.", "nl"},
		{"Кратко перескажи этот текст, что в нём важно?", "ru"},
		{"Коротко перекажи цей текст, що в ньому є важливо?", "uk"},
		{"要約してください。", "ja"},
		{"请总结这段文字。", "zh"},
		{"이 글을 요약해 주세요.", "ko"},
		{"لخص هذا النص من فضلك", "ar"},
		{"तीन वाक्यों में सारांश लिखें", "hi"},
		{"สรุปข้อความนี้", "th"},
	}
	for _, tt := range tests {
		f := Extract(ask(tt.text))
		if got := shown(&f); got != tt.want {
			t.Errorf("%q shows %q, want %q", tt.text, got, tt.want)
		}
	}
}

func shown(f *Features) string {
	var words []string
	for _, w := range []struct {
		is   bool
		name string
	}{{f.Code, "code"}, {f.Math, "math"}, {f.Steps, "steps"}, {f.JSON, "json"}, {f.Language != "", f.Language}} {
		if w.is {
			words = append(words, w.name)
		}
	}
	return strings.Join(words, " ")
}

// Short requests are most of what people type, and have few words to tell by.
func TestShortRequests(t *testing.T) {
	for _, text := range []string{
		"write a go function", "Implement quicksort in C", "Write a SQL query to find duplicate emails", "Write unit tests for this class",
		"Create a React component for a login form", "Implement an LRU cache", "Why does my Go program deadlock?", "Write an R script for linear regression",
		"Write a Dockerfile for a Node app", "How do I center a div in CSS?", "Make a snake game in JavaScript", "Write a hash map from scratch",
		"Scrivi una funzione che calcola il fattoriale", "Crie uma consulta SQL que some as vendas por mês", "用Python写一个爬虫",
		"What is 15% of 240?", "Prove that the square root of 2 is irrational", "Show that the sum of two odd numbers is even", "Beweise, dass es unendlich viele Primzahlen gibt",
		"Design the database schema for a hotel booking system", "Develop a go-to-market strategy for a B2B startup with a small budget",
		"Do a root cause analysis of yesterday's outage based on these notes", "How would you scale a chat application to ten million users?",
		"Compare les deux offres et recommande la meilleure", "Analiza las ventajas y los inconvenientes de la energía nuclear",
	} {
		if f := Extract(ask(text)); !f.Code && !f.Math && !f.Steps {
			t.Errorf("%q shows nothing", text)
		}
	}
	for _, text := range []string{
		"Write a haiku about the sea", "What year was Java released?", "Write an invitation for our programming class", "Write a two line bio for a Java developer",
		"Describe the function of mitochondria", "Translate: the server is down", "Summarise this release note about our API", "Give me five names for a cat",
		"What is the weather like in May in Lisbon?", "Write a reminder about the test on Friday", "Create a slogan for our coffee shop", "How long is the Nile?",
		"Schreibe eine Einladung zum Geburtstag", "Escribe un correo a mi jefe", "Write a story about a tree, a queue and an app",
	} {
		if f := Extract(ask(text)); f.Code || f.Math || f.Steps {
			t.Errorf("%q shows %q", text, shown(&f))
		}
	}
}

// TestEvidenceInPrompts holds what share of prompts shows evidence, by what they take: docs/policy.md has the
// figures.
func TestEvidenceInPrompts(t *testing.T) {
	file, err := os.ReadFile("testdata/prompts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	shown, all := map[string]int{}, map[string]int{}
	for text := range strings.Lines(string(file)) {
		kind, prompt, ok := strings.Cut(strings.TrimSpace(text), "\t")
		if !ok {
			continue
		}
		all[kind]++
		if f := Extract(ask(prompt)); f.Code || f.Math || f.Steps {
			shown[kind]++
		}
	}
	t.Logf("evidence in %v of %v", shown, all)
	share := func(kind string) float64 { return float64(shown[kind]) / float64(all[kind]) }
	if share("code") < .75 || share("math") < .75 || share("steps") < .45 || share("plain") > .05 {
		t.Errorf("evidence in %v of %v", shown, all)
	}
}

// A word that sounds hard, however often, must not buy the large model; nor may taking one away starve
// a hard question.
func TestMagicWordsDoNotDecide(t *testing.T) {
	plain := "What is the capital of France?"
	for _, magic := range []string{"Think step by step.", "Prove it.", "This is code.", strings.Repeat("prove ", 50), strings.Repeat("step by step ", 50), strings.Repeat("python ", 50)} {
		if f := Extract(ask(plain + " " + magic)); f.Code || f.Math || f.Steps {
			t.Errorf("%q makes it %q", magic, shown(&f))
		}
	}
	hard := "Write a Python function that parses this query string and fix the bug in the loop."
	for _, word := range []string{"Python ", "function ", "bug ", "query "} {
		if f := Extract(ask(strings.Replace(hard, word, "", 1))); !f.Code {
			t.Errorf("without %q it is no code any more", word)
		}
	}
}

// Case and white space say nothing about what is wanted.
func TestFeaturesIgnoreCaseAndSpace(t *testing.T) {
	for _, text := range []string{page, "Write a Python function that reverses a list.", "If a car drives 60 miles in 2 hours, how far in 5?"} {
		want := Extract(ask(text))
		upper, spaced := Extract(ask(strings.ToUpper(text))), Extract(ask("  "+strings.ReplaceAll(text, " ", "   ")+"\n\n"))
		if shown(&upper) != shown(&want) || shown(&spaced) != shown(&want) {
			t.Errorf("%.30q: %q, upper case %q, spaced %q", text, shown(&want), shown(&upper), shown(&spaced))
		}
	}
}

func TestSizesAreToldApart(t *testing.T) {
	word := func(n int) string { return strings.Repeat("word ", n) }
	p := &Prompt{
		System: word(100), ToolTokens: 50, Tools: []Tool{{Name: "a"}}, Needs: NeedImages, Format: FormatJSON,
		Turns: []Turn{
			{Role: "user", Text: word(20)},
			{Role: "assistant", Text: word(30)},
			{Role: "user", Text: word(40), Sources: []string{word(200), word(10)}},
		},
	}
	got := Extract(p)
	want := Features{
		SystemTokens: 102, UserTokens: 41, OldTokens: 52, ToolTokens: 50, SourceTokens: 215, Tokens: 460,
		Turns: 3, JSON: true, Tools: 1, Images: true, Score: -1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("features differ (-want +got):\n%s", d)
	}
}
