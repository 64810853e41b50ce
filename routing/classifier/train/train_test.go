package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// rows are texts of two kinds: the large model helps with one and not with the other.
func rows(n int) []Example {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func(chance float64) float64 { return indicator(rng.Float64() < chance) }
	var out []Example
	for i := range n {
		e := Example{Source: "s", Cluster: fmt.Sprint(i), SmallWeight: 1, LargeWeight: 1, Large: draw(.95)}
		if i%2 == 0 {
			e.Text, e.Task, e.Kind, e.Small = fmt.Sprintf("integral lemma converges series %d", i), "proof", "math", draw(.2)
		} else {
			e.Text, e.Task, e.Kind, e.Small = fmt.Sprintf("capital city country continent %d", i), "capital", "qa", draw(.9)
		}
		if i%6 < 2 {
			e.Text = fmt.Sprintf("something about item %d", i) // only the task tells
		}
		out = append(out, e)
	}
	return out
}

func quick() Config {
	c := Defaults()
	c.Folds, c.Steps = 2, 3
	c.Boost = Boost{Trees: 30, Rate: .2, Rows: .8, Inputs: .5, Least: 10, Penalty: 1}
	return c
}

func TestFitLearnsAndRepeats(t *testing.T) {
	m, err := Fit(rows(400), quick(), nil)
	if err != nil {
		t.Fatal(err)
	}
	hard, easy := m.Score("another lemma on series that converges", ""), m.Score("the capital city of a country", "")
	if hard.Need < easy.Need+.2 || hard.Small > easy.Small-.2 {
		t.Errorf("got %+v for a hard text and %+v for an easy one", hard, easy)
	}
	if hard.Kind != "math" || easy.Kind != "qa" {
		t.Errorf("got the kinds %s and %s, want math and qa", hard.Kind, easy.Kind)
	}
	if a, b := m.Score("something else", "proof"), m.Score("something else", "capital"); a.Need < b.Need+.2 {
		t.Errorf("with the task: got %+v for the hard one and %+v for the easy one", a, b)
	}
	again, err := Fit(rows(400), quick(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Checksum() != again.Checksum() {
		t.Error("the same rows and seed give another model")
	}
	if !m.Seen(rows(1)[0].Text) || m.Seen("never met") {
		t.Error("the model does not know which texts it was trained on")
	}
}

func TestFitRefusesRowsThatTeachNothing(t *testing.T) {
	change := func(f func(*Example)) []Example {
		all := rows(400)
		for i := range all {
			f(&all[i])
		}
		return all
	}
	for name, c := range map[string]struct {
		rows []Example
		want string
	}{
		"none":            {nil, "0 rows"},
		"few":             {rows(20), "20 rows"},
		"one class":       {change(func(e *Example) { e.Small = 1 }), "small model has the same outcome"},
		"large one class": {change(func(e *Example) { e.Large = 1 }), "large model has the same outcome"},
		"left out":        {change(func(e *Example) { e.Source = "bfcl" }), "0 rows"},
		"not tried":       {change(func(e *Example) { e.Small = math.NaN() }), "small model has the same outcome"},
	} {
		if _, err := Fit(c.rows, quick(), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"folds": func(c *Config) { c.Folds = 1 }, "steps": func(c *Config) { c.Steps = 0 }, "peers": func(c *Config) { c.Peers = 2 },
		"aim": func(c *Config) { c.Aim = 0 }, "penalty": func(c *Config) { c.Penalty.Task = 0 }, "noisy": func(c *Config) { c.Noisy = -1 },
	} {
		c := Defaults()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names it", name, err)
		}
	}
}

func TestSolve(t *testing.T) {
	x, err := solve([][]float64{{4, 0}, {2, 3}}, []float64{10, 8})
	if err != nil || math.Abs(x[0]-1.75) > 1e-9 || math.Abs(x[1]-1.5) > 1e-9 {
		t.Errorf("got %v and %v, want [1.75 1.5]", x, err)
	}
	if _, err := solve([][]float64{{0, 0}, {0, 0}}, []float64{1, 1}); err == nil {
		t.Error("a matrix of noughts is solved")
	}
}

func TestPeersTellChanceFromDifficulty(t *testing.T) {
	var all []Example
	for i := range 400 {
		hard := indicator(i%2 == 0)
		all = append(all, Example{Source: "s", Small: indicator(i%8 == 0 || hard == 0), Large: 1, Peers: map[string]float64{"p": 1 - hard, "q": 1 - hard}})
	}
	small, _ := soften(all, 1)
	if lucky, unlucky := small[0], small[2]; math.Abs(lucky-unlucky) > 1e-6 || lucky > .5 || small[1] < .9 {
		t.Errorf("hard texts got %.2f and %.2f, an easy one %.2f", lucky, unlucky, small[1])
	}
	if small, _ := soften(all, 0); small[0] != 1 {
		t.Errorf("with share 0 an outcome became %.2f", small[0])
	}
}

func TestTasksShrinkTowardsAll(t *testing.T) {
	all := rows(400)
	all[0].Task, all[0].Small = "rare", 0
	means, mean := taskMeans(all, 20)
	if d := math.Abs(means["rare"].small - mean.small); d > .05 {
		t.Errorf("one row moved its task by %.2f", d)
	}
	if got := means["proof"].small; got > .3 {
		t.Errorf("200 rows of a hard task leave it at %.2f", got)
	}
}

func TestNoiseIsRepeatable(t *testing.T) {
	for _, text := range []string{"", "x", "What is the capital of Austria, and why?", strings.Repeat("\xff ab\xffcd ", 30)} {
		draw := func() string {
			rng := rand.New(rand.NewPCG(9, 9))
			return noisy(text, rng) + noisy(text, rng) + noisy(text, rng)
		}
		if first, second := draw(), draw(); first != second {
			t.Errorf("%q: the same seed gives two texts", text)
		}
	}
}

func TestFoldsKeepClustersTogetherAndAreEven(t *testing.T) {
	count := make([]int, 5)
	for i := range 5000 {
		count[Fold(fmt.Sprint(i), 1, 5)]++
	}
	for k, n := range count {
		if n < 850 || n > 1150 {
			t.Errorf("fold %d has %d of 5000 clusters", k, n)
		}
	}
	if first, second := Fold("c", 1, 5), Fold("c", 1, 5); first != second {
		t.Error("a cluster is in two folds")
	}
}

func TestTreesAnswerAsTheyWereGrown(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	in := make([]inputs, 500)
	var samples []sample
	for i := range in {
		for j := range in[i] {
			in[i][j] = float32(rng.IntN(5))
		}
		samples = append(samples, sample{&in[i], float64(in[i][3] + 2*in[i][7]), 1})
	}
	f := grow(samples, Boost{Trees: 200, Rate: .2, Rows: 1, Inputs: 1, Least: 1, Penalty: .1}, false, 1)
	for i := range 20 {
		if got, want := f.At(&in[i]), samples[i].y; math.Abs(got-want) > .6 {
			t.Errorf("row %d: got %.2f, want %.2f", i, got, want)
		}
	}
	if got := grow(samples[:1], Boost{Trees: 3, Rate: 1, Rows: 1, Inputs: 1, Least: 1}, true, 1); math.IsNaN(got.At(&in[0])) {
		t.Error("one row gives no number")
	}
}
