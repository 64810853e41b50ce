package routing

import (
	"path"
	"strings"
)

// ClientText stands in a template for the client's own system text.
const ClientText = "{client}"

// Template is the system text that a model is sent for a kind of task. The first one that matches is
// taken, whole.
type Template struct {
	Models string // by name, id or family; * and ? stand for any text and any letter
	Task   string // a task_type; "" any, with or without one
	System string // ClientText is replaced; without it, the client's text follows
}

// Library is an ordered list of templates.
type Library []Template

// System returns the system text to send m for a task, with the client's own text placed in it.
// Whether the model takes a system prompt or must find it in the first turn is not decided here.
func (l Library) System(m *Model, task, client string) string {
	task = knownTask(task)
	for i := range l {
		if l[i].fits(m, task) {
			return l[i].fill(client)
		}
	}
	return client
}

func (t *Template) fits(m *Model, task string) bool {
	return (t.Task == "" || t.Task == task) && MatchesModel(t.Models, m)
}

// MatchesModel says whether a pattern names m: its name, its id, its id without the profile's prefix,
// or its family.
func MatchesModel(pattern string, m *Model) bool {
	for _, name := range []string{m.Name, m.ID, bareID(m.ID), m.Family} {
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

func (t *Template) fill(client string) string {
	client = strings.TrimSpace(client)
	if strings.Contains(t.System, ClientText) {
		return strings.TrimSpace(strings.ReplaceAll(t.System, ClientText, client))
	}
	return strings.TrimSpace(t.System + "\n\n" + client)
}

// BuiltInPrompts is the library that ships. Claude, GPT and large Mistral models follow a client's
// instructions as they are; small and older families add a preface or prose around what was asked for,
// or lose the instruction behind a long text, so that theirs say it in the way their makers recommend.
// Without a task_type a client's text is sent unchanged.
func BuiltInPrompts() Library {
	var l Library
	for _, models := range []string{"nova", "llama", "*ministral*", "*mistral-7b*", "*mixtral*", "titan", "*gpt-oss*"} {
		for _, t := range taskTexts {
			l = append(l, Template{Models: models, Task: t.task, System: ClientText + "\n\n" + t.text})
		}
	}
	return l
}

// taskTexts say for each kind of simple task what small models get wrong most: something beside the
// answer, or something that is not in the text.
var taskTexts = []struct{ task, text string }{
	{"summarize", "Write only the summary. State nothing that the text does not say, keep its figures, names and dates as they are, and write in the language of the text unless another is asked for."},
	{"extract", "Give only what was asked for, exactly as it stands in the text. Where the text does not say it, leave it empty; never guess."},
	{"classify", "Answer with the label alone, spelled as it was given."},
	{"format", "Change only the form, never the content. Give the result alone, without a remark before or after it."},
	{"translate", "Give the translation alone. Keep figures, names, code and markup as they are."},
	{"rewrite", "Give the new text alone. Keep its meaning, its facts and its language."},
}
