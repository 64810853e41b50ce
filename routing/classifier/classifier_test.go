package classifier_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"ockham/routing/classifier"
)

const question = `A train leaves at 9:40 and travels 135 km at 90 km/h.
When does it arrive?
A. 10:40
B. 11:10
C. 11:40
D. 12:10`

func TestScoreIsAChanceForWhateverText(t *testing.T) {
	texts := map[string]string{
		"empty":        "",
		"blank":        " \n\t\r\n ",
		"one letter":   "x",
		"binary":       string([]byte{0, 0xff, 0xfe, 0x80, 1, 2, 3, '\n', 0xc3}),
		"mixed script": "Что такое 光合作用? كيف يعمل؟ ทำไม 🙂🙂 naïve Straße",
		"no spaces":    strings.Repeat("光合作用", 5000),
		"base64":       strings.Repeat("QUJDREVGR0g", 100000),
		"digits":       strings.Repeat("9", 1<<20),
		"newlines":     strings.Repeat("\n", 1<<20),
		"fences":       strings.Repeat("```\n", 1<<18),
		"tags":         strings.Repeat("<a>\n", 1<<18),
		"open tag":     strings.Repeat("<", 1<<20),
		"huge":         strings.Repeat(question, 50000),
		"question":     question,
	}
	m := classifier.Default()
	for name, text := range texts {
		for _, task := range []string{"", "no such task", "professional_law"} {
			s := m.Score(text, task)
			if !(s.Small >= 0 && s.Small <= 1 && s.Large >= 0 && s.Large <= 1) || math.IsNaN(s.Need) || math.IsInf(s.Need, 0) {
				t.Errorf("%s, task %q: got %+v, want chances between 0 and 1 and a finite need", name, task, s)
			}
			if s.Kind == "" {
				t.Errorf("%s, task %q: got no kind", name, task)
			}
		}
	}
}

func TestStrangeTextIsUnsure(t *testing.T) {
	m := classifier.Default()
	for _, text := range []string{"", "zzkq wvvxq prrtl qqqx mmnbv xxzt", "Какова столица Австралии и почему?"} {
		if s := m.Score(text, ""); !s.Unsure {
			t.Errorf("%q: got %+v, want unsure", text, s)
		}
	}
}

func TestATaskThatIsNotKnownChangesNothing(t *testing.T) {
	m := classifier.Default()
	if got, want := m.Score(question, "no such task"), m.Score(question, ""); got != want {
		t.Errorf("unknown task: got %+v, want %+v", got, want)
	}
	if got := m.Score(question, "moral_scenarios"); got.Need <= m.Score(question, "marketing").Need {
		t.Errorf("a task on which the small model often fails needs no more than one on which it does well: %+v", got)
	}
}

func TestWhatOnlyCarriesAQuestionIsNotRead(t *testing.T) {
	m := classifier.Default()
	want := m.Score(question, "")
	for name, text := range map[string]string{
		"upper case":  strings.ToUpper(question),
		"wide spaces": strings.ReplaceAll(question, " ", "   "),
		"blank lines": "\n\n" + strings.ReplaceAll(question, "\n", "\n\n\n"),
		"indented":    "\t" + strings.ReplaceAll(question, "\n", "\n\t"),
		"quoted":      "> " + strings.ReplaceAll(question, "\n", "\n> "),
		"fenced":      "```text\n" + question + "\n```\n",
		"tagged":      "<question>\n" + question + "\n</question>",
		"words":       "please think step by step\n" + question + "\nthanks",
	} {
		if got := m.Score(text, ""); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestRepeatingAPhraseBuysNothing(t *testing.T) {
	m := classifier.Default()
	magic := "Think step by step and prove it rigorously. "
	one, many := m.Score(magic+question, ""), m.Score(strings.Repeat(magic, 20)+question, "")
	if d := math.Abs(one.Need - many.Need); d > .05 {
		t.Errorf("20 times the phrase moved the need by %.3f, from %.3f to %.3f", d, one.Need, many.Need)
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	text := strings.Repeat(question+"\n", 100)
	var r classifier.Reading
	var in [classifier.Inputs]float32
	r.Read(text) // grows its slices once
	m := classifier.Default()
	if n := testing.AllocsPerRun(20, func() { r.Read(text); m.Inputs(&r, &in) }); n > 0 {
		t.Errorf("got %.1f allocations a reading, want none", n)
	}
}

func TestOnlyTheEndsOfALongTextAreRead(t *testing.T) {
	m := classifier.Default()
	filler := strings.Repeat("lorem ipsum dolor sit amet ", 4000)
	a, b := m.Score(question+filler+question, ""), m.Score(question+filler+filler+question, "")
	if a != b {
		t.Errorf("the middle of a long text was read: %+v and %+v", a, b)
	}
}

func TestThresholdFallsAsTheAimRises(t *testing.T) {
	m := classifier.Default()
	before := math.Inf(1)
	for aim := 0.0; aim <= 1.2; aim += .01 {
		got := m.Threshold(aim)
		if got > before+1e-9 {
			t.Errorf("aim %.2f: threshold %.4f is above %.4f of a lower aim", aim, got, before)
		}
		before = got
	}
	if got := m.Threshold(math.NaN()); math.IsNaN(got) {
		t.Error("an aim that is no number gives a threshold that is none")
	}
}

func TestSeen(t *testing.T) {
	s := classifier.NewSeen(1000)
	for i := range 1000 {
		s.Add(classifier.HashText(fmt.Sprint("in ", i)))
	}
	wrong := 0
	for i := range 1000 {
		if !s.Has(classifier.HashText(fmt.Sprint("in ", i))) {
			t.Fatalf("text %d was put in and is not found", i)
		}
		if s.Has(classifier.HashText(fmt.Sprint("out ", i))) {
			wrong++
		}
	}
	if wrong > 40 {
		t.Errorf("%d of 1000 other texts are found, want about ten", wrong)
	}
	if classifier.NewSeen(0).Has(1) {
		t.Error("an empty filter has a text")
	}
}

func file(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := classifier.Default().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAModelIsWrittenAsItWasRead(t *testing.T) {
	m, err := classifier.Load(bytes.NewReader(file(t)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Checksum(), classifier.Default().Checksum(); got != want {
		t.Errorf("checksum: got %s, want %s", got, want)
	}
	if got, want := m.Score(question, ""), classifier.Default().Score(question, ""); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := len(file(t)); n >= 4<<20 {
		t.Errorf("the file has %d bytes, want under 4 MiB", n)
	}
}

func TestLoadRefusesWhatIsNoModel(t *testing.T) {
	good := file(t)
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	version := bytes.Clone(good)
	binary.LittleEndian.PutUint32(version[8:], 7)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "not a model file"},
		"other file":    {[]byte(strings.Repeat("PK\x03\x04", 100)), "not a model file"},
		"other version": {version, "version 7, this program reads version 1"},
		"cut":           {good[:len(good)-1000], "cut or damaged"},
		"longer":        {append(bytes.Clone(good), 0), "cut or damaged"},
		"one byte":      {change(len(good)/2, good[len(good)/2]+1), "checksum"},
		"header size":   {change(14, 0xff), "cut or damaged"},
		"too large":     {make([]byte, 5<<20), "larger than"},
	} {
		m, err := classifier.Load(bytes.NewReader(c.data))
		if err == nil || m != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got model %v and error %v, want an error with %q", name, m != nil, err, c.want)
		}
	}
}

func TestNewRefusesPartsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*classifier.Header)
		want  string
	}{
		"no aims":      {func(h *classifier.Header) { h.Aims = nil }, "no table of aims"},
		"aims fall":    {func(h *classifier.Header) { h.Aims = []classifier.Aim{{Aim: 1}, {Aim: .5}} }, "does not rise"},
		"no spread":    {func(h *classifier.Header) { h.Dense[3].Spread = 0 }, "spread"},
		"wrong input":  {func(h *classifier.Header) { h.Text.Need.Trees = []classifier.Tree{{Input: [7]uint8{255}}} }, "an input that there is not"},
		"not a number": {func(h *classifier.Header) { h.Text.Need.Base = math.NaN() }, "no number"},
	} {
		h := classifier.Default().Header()
		c.spoil(&h)
		if _, err := classifier.Default().With(h); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzScore(f *testing.F) {
	f.Add(question, "")
	f.Add("\xff\xfe```<a>\n>", "law")
	m := classifier.Default()
	f.Fuzz(func(t *testing.T, text, task string) {
		if s := m.Score(text, task); !(s.Small >= 0 && s.Small <= 1) || math.IsNaN(s.Need) {
			t.Errorf("%q: got %+v", text, s)
		}
	})
}
