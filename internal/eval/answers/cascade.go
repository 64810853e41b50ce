package answers

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"ockham/routing"
)

// largePrice is what a call of the large model costs where one of the small model costs 1.
const largePrice = 20

// minShared is how many requests both models of a pair must have answered to be compared.
const minShared = 12

// ladders are pairs of models of one maker, or of one comparison in the literature, by how their names
// begin: the small and the large one.
var ladders = [...][2]string{
	{"claude-3-haiku", "claude-3-5-sonnet"},
	{"claude-3-haiku", "claude-3-opus"},
	{"mistral-small", "mistral-large"},
	{"open-mistral-nemo", "mistral-large"},
	{"command-r", "command-r-plus"},
	{"Meta-Llama-3.1-8B", "Meta-Llama-3.1-70B"},
	{"Meta-Llama-3-8B", "Meta-Llama-3-70B"},
	{"Meta-Llama-3.1-8B", "claude-3-5-sonnet"},
	{"gpt-4o-mini", "claude-3-5-sonnet"},
	{"llama-2-7b", "llama-2-70b"},
	{"mistral-7b-instruct-v0.1", "gpt-4"},
	{"mistral-7B", "gpt-4"},
	{"mistral-8x7b", "mistral-large"},
	{"ChatGLM2", "GPT4"},
	{"vicuna", "GPT4"},
	{"Mixtral-8x7B", "Mistral-Large"},
	{anySmall, anyLarge},
}

// Stand-ins for a model of a kind, one for each request, so that collections in which few models answered
// the same request can be replayed, too.
const (
	anySmall = "a small model"
	anyLarge = "a large model"
)

// sizeOf tells small models from large ones by the names that collections use; others are neither.
func sizeOf(model string) string {
	for _, part := range []string{"haiku", "8B", "7B", "7b", "2b", "9B", "mini", "Nemo", "nemo", "small", "ChatGLM"} {
		if strings.Contains(model, part) && !strings.Contains(model, "8x7") {
			return anySmall
		}
	}
	for _, part := range []string{"opus", "sonnet", "70B", "70b", "arge", "gpt-4-", "GPT4", "command-r-plus"} {
		if strings.Contains(model, part) {
			return anyLarge
		}
	}
	return ""
}

// Cascade is what one from the small model to the large one reaches on the requests that both
// answered, beside always asking one of them. Costs are in percent of always-large.
type Cascade struct {
	Check        string  `json:"check"`
	Way          string  `json:"checks"`
	Source       string  `json:"source"`
	Small        string  `json:"small"`
	Large        string  `json:"large"`
	Requests     int     `json:"requests"`
	AlwaysSmall  float64 `json:"always_small_percent_good"`
	AlwaysLarge  float64 `json:"always_large_percent_good"`
	Quality      float64 `json:"cascade_percent_good"`
	Escalations  float64 `json:"escalated_percent"`
	Cost         float64 `json:"cost_percent_of_always_large"`
	MendedAnswer int     `json:"mended"`
}

// cascades replays labelled answers to the same request. A constructed row was damaged by hand and is no
// model's answer.
func cascades(judged []Judged) []Cascade {
	type group struct{ check, way, source string }
	answers := map[group]map[string]map[string]Judged{} // model, then request
	for _, j := range judged {
		if j.Bad == nil || j.Constructed || j.Model == "" {
			continue
		}
		request := j.Source + "\x00" + j.Request.Prompt + "\x00" + j.Request.Context
		for _, g := range []group{{j.Check, j.way.Name, j.Source}, {j.Check, j.way.Name, "all"}} {
			if answers[g] == nil {
				answers[g] = map[string]map[string]Judged{}
			}
			for _, model := range []string{j.Model, sizeOf(j.Model)} {
				if model == "" {
					continue
				}
				if answers[g][model] == nil {
					answers[g][model] = map[string]Judged{}
				}
				if _, taken := answers[g][model][request]; !taken {
					answers[g][model][request] = j
				}
			}
		}
	}
	var results []Cascade
	for g, models := range answers {
		for _, l := range ladders {
			small, large := modelNamed(models, l[0]), modelNamed(models, l[1])
			if g.source == "all" && len(sources(judged, g.check)) < 2 {
				continue
			}
			if r, ok := replayPair(models[small], models[large]); ok && small != large {
				r.Check, r.Way, r.Source, r.Small, r.Large = g.check, g.way, g.source, small, large
				results = append(results, r)
			}
		}
	}
	slices.SortFunc(results, func(a, b Cascade) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Way, b.Way), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Small, b.Small), cmp.Compare(a.Large, b.Large))
	})
	return results
}

// sources are those of the rows of a kind.
func sources(judged []Judged, check string) map[string]bool {
	found := map[string]bool{}
	for _, j := range judged {
		if j.Check == check {
			found[j.Source] = true
		}
	}
	return found
}

// modelNamed is the model whose name begins so; of several the shortest.
func modelNamed(models map[string]map[string]Judged, prefix string) string {
	best := ""
	for m := range models {
		if strings.HasPrefix(m, prefix) && (best == "" || len(m) < len(best)) {
			best = m
		}
	}
	return best
}

// replayPair sends each request to the small model, and to the large one where the checks reject.
func replayPair(small, large map[string]Judged) (r Cascade, ok bool) {
	good, goodSmall, goodLarge, escalated := 0, 0, 0, 0
	for request, s := range small {
		l, both := large[request]
		if !both {
			continue
		}
		r.Requests++
		goodSmall += servedGood(s, false)
		goodLarge += servedGood(l, false)
		answer := s
		if s.verdict.Decision == routing.Reject {
			escalated++
			answer = l
		}
		good += servedGood(answer, true)
		if answer.verdict.Text != "" && answer.verdict.Reason != "" {
			r.MendedAnswer++
		}
	}
	if r.Requests < minShared {
		return r, false
	}
	n := r.Requests
	r.AlwaysSmall, r.AlwaysLarge = percent(goodSmall, n), percent(goodLarge, n)
	r.Quality, r.Escalations = percent(good, n), percent(escalated, n)
	r.Cost = 100 * float64(n+largePrice*escalated) / float64(largePrice*n)
	return r, true
}

// servedGood is 1 where the client gets a good answer. One that was mended is good although the model
// wrote it badly: what a check mends, it has read.
func servedGood(j Judged, mends bool) int {
	if *j.Bad == 0 || mends && j.verdict.Decision != routing.Reject && j.verdict.Text != "" {
		return 1
	}
	return 0
}

func printCascades(w io.Writer, results []Cascade) {
	fmt.Fprintf(w, "cascade\tjudged by\tsource\tsmall -> large (price 1:%d)\trequests\talways small %%\talways large %%\tcascade %%\tescalated %%\tcost %%\tmended\n", largePrice)
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s -> %s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\n", r.Check, r.Way, r.Source, r.Small, r.Large,
			r.Requests, r.AlwaysSmall, r.AlwaysLarge, r.Quality, r.Escalations, r.Cost, r.MendedAnswer)
	}
}
