package checks

// wordTable finds what words vote for, by their hashes: a map of strings would take most of the time that
// telling a language takes. See wordSet for what a hash may miss.
type wordTable struct {
	set  *wordSet
	cast [][]vote // beside set.table
}

func newWordTable(words map[string][]vote) *wordTable {
	t := &wordTable{set: newWordSet(len(words))}
	for word := range words {
		t.set.add(hash([]byte(word)))
	}
	t.cast = make([][]vote, len(t.set.table))
	for word, votes := range words {
		t.cast[t.set.place(hash([]byte(word)))] = votes
	}
	return t
}

// votes are those of a word, none where it is no common one.
func (t *wordTable) votes(word []byte) []vote { return t.cast[t.set.place(hash(word))] }
