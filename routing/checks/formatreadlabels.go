package checks

import (
	"regexp"
	"strings"
)

// labels reads between which words the answer is to choose, as classifications ask for: "one of: billing,
// technical, other", "categories:" with a list below.
func (r *formatReader) labels() {
	list := regexp.MustCompile(`one of(?: the| these| those)?(?: following| listed| possible)?(?: [a-z]+){0,2} ?: ?(.*)$`)
	heading := regexp.MustCompile(`^(?:[a-z]+ )?(?:categories|labels|classes|intents|sentiments)(?: are)? ?: ?(.*)$`)
	chosen := regexp.MustCompile(`\b(?:classif|categori[sz]|label|answer|respond|reply|return|output|choose|pick|select|assign|which category|which class)`)
	read := func(pattern *regexp.Regexp, where func(*sentence) string) func(*Format, *sentence) {
		return func(f *Format, s *sentence) {
			m := pattern.FindStringSubmatch(strings.TrimSpace(s.lower))
			if m != nil && len(f.OneOf) == 0 && !negates(s.lower) && chosen.MatchString(where(s)) {
				f.choose(listOf(m[1], s.after), s.all)
			}
		}
	}
	r.on("one of+:", read(list, func(s *sentence) string { return s.lower }))
	for _, trigger := range []string{"categories", "labels", "classes", "intents", "sentiments"} {
		r.on(trigger+"+:", read(heading, func(s *sentence) string { return s.all }))
	}
}

func negates(s string) bool {
	return containsAny(s, []string{"not ", "n't ", "never ", "without ", "avoid"})
}

// maxLabels bounds a list of labels, and maxLabel the words of one: longer ones are descriptions.
const (
	maxLabels = 30
	maxLabel  = 4
)

// listOf are the labels in the rest of a sentence, or where that is empty in the lines below.
func listOf(rest, below string) []string {
	if rest != "" {
		return parted(strings.TrimRight(rest, ".!?"))
	}
	var labels []string
	for line := range strings.Lines(strings.ToLower(below)) {
		line = strings.TrimSpace(line)
		if line == "" && len(labels) == 0 {
			continue
		}
		sign, label, _ := strings.Cut(line, " ")
		if sign != "-" && sign != "*" && sign != "•" {
			break // of numbered ones the number may be the answer
		}
		label, _, _ = strings.Cut(label, ":") // "billing: about invoices"
		label, _, _ = strings.Cut(label, " (")
		labels = append(labels, label)
	}
	return labels
}

// parted divides "a, b or c", "a | b" and "a/b".
func parted(list string) []string {
	list = strings.NewReplacer(", or ", ",", ", and ", ",", " or ", ",", " and ", ",", "|", ",", "/", ",", ";", ",").Replace(list)
	return strings.Split(list, ",")
}

// choose asks for one of the labels, unless some are no labels. Where the request wants nothing else the
// answer must be about as short.
func (f *Format) choose(labels []string, request string) {
	longest := 0
	for i, label := range labels {
		labels[i] = strings.Trim(label, " \t\"'“”‘’`*[](){}<>.")
		n := countWords(labels[i])
		if n == 0 || n > maxLabel || strings.ContainsAny(labels[i], "()[]{}:") {
			return
		}
		longest = max(longest, n)
	}
	if len(labels) < 2 || len(labels) > maxLabels {
		return
	}
	f.OneOf = labels
	if containsAny(request, []string{"nothing else", "only the label", "only the category", "only one word", "one word only", "a single word", "only one of", "no explanation", "without explanation", "do not explain", "don't explain", "with only", "only with"}) {
		f.Words = f.Words.and(Range{Max: longest + 3})
	}
}
