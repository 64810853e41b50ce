package checks

import (
	"strconv"
	"strings"
	"unicode"
)

// wordsOf are the words of a text in lower case, of letters alone, longer than two.
func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// numbersIn finds the numbers of a text as they are written, thousands without their separators.
func numbersIn(s string) []string {
	var list []string
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		j := i
		for j < len(s) && (s[j] >= '0' && s[j] <= '9' || (s[j] == '.' || s[j] == ',') && j+1 < len(s) && s[j+1] >= '0' && s[j+1] <= '9') {
			j++
		}
		list = append(list, strings.ReplaceAll(s[i:j], ",", ""))
		i = j
	}
	return list
}

// sameNumber compares numbers by value, and tolerates a percentage for a fraction.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && (x == y || near(x, y*100) || near(x*100, y))
}

func near(x, y float64) bool { return x-y < 1e-9*x && y-x < 1e-9*x }

// hasNumber tells whether text holds a number of the same value.
func hasNumber(text, n string) bool {
	if strings.Contains(text, n) {
		return true
	}
	for _, m := range numbersIn(text) {
		if sameNumber(n, m) {
			return true
		}
	}
	return false
}

// namesIn finds capitalised words that begin no sentence, in lower case.
func namesIn(s string) []string {
	var list []string
	start := true
	for _, w := range strings.Fields(s) {
		bare := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if !start && len(bare) > 1 && unicode.IsUpper(firstRune(bare)) {
			list = append(list, strings.ToLower(strings.TrimSuffix(bare, "'s")))
		}
		start = strings.ContainsAny(w[len(w)-1:], ".!?:\"")
	}
	return list
}
