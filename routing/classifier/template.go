package classifier

import "strconv"

// templateWords is how many different words at its beginning make a text recur: programs put the same
// instructions in front of other data.
const templateWords = 8

// Template is the key of what the text begins with, "" for texts too short to have one.
func (r *Reading) Template() string {
	key, ok := r.template()
	if !ok {
		return ""
	}
	return strconv.FormatUint(key, 16)
}

func (r *Reading) template() (key uint64, ok bool) {
	if len(r.Terms) < templateWords {
		return 0, false
	}
	for _, h := range r.Terms[:templateWords] {
		key = mix(key*31 + h)
	}
	return key, true
}

// task is what was measured on the task of that name or, where there is none, on texts that begin as
// this one does.
func (m *Model) task(r *Reading, name string) (Task, bool) {
	if t, ok := m.header.Tasks[name]; ok || len(m.templates) == 0 {
		return t, ok
	}
	if key, ok := r.template(); ok {
		t, ok := m.templates[key]
		return t, ok
	}
	return Task{}, false
}

// readTemplates turns the keys of the file into numbers, so that a lookup allocates nothing.
func readTemplates(of map[string]Task) (map[uint64]Task, error) {
	out := make(map[uint64]Task, len(of))
	for name, t := range of {
		key, err := strconv.ParseUint(name, 16, 64)
		if err != nil {
			return nil, err
		}
		out[key] = t
	}
	return out, nil
}
