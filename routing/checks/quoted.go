package checks

import "strings"

// closings are the signs that end a quotation, by the sign that begins it.
var closings = map[rune]string{
	'"': `"`, '“': `”"`, '”': `”`, '„': `“”"`, '«': `»`, '»': `«`, '「': `」`, '『': `』`,
}

// ownWords leaves out what the beginning of an answer puts in quotation marks: there somebody else speaks.
// A quotation that does not end goes to the end. An answer that is one quotation speaks for itself; only
// a whole one shows that it is.
func ownWords(head string, whole bool) string {
	var b strings.Builder
	closing := ""
	for _, r := range head {
		switch {
		case closing == "" && closings[r] != "":
			closing = closings[r]
			b.WriteByte(' ')
		case closing == "":
			b.WriteRune(r)
		case strings.ContainsRune(closing, r):
			closing = ""
		}
	}
	if own := b.String(); !whole || strings.TrimSpace(own) != "" {
		return own
	}
	return head
}
