package checks

import (
	"strconv"
	"strings"
	"unicode"
)

// numbersIn finds the numbers of a text as they are written, thousands without their separators.
func numbersIn(s string) []string {
	var list []string
	for i := 0; i < len(s); {
		if !isDigit(s, i) {
			i++
			continue
		}
		j := i
		for isDigit(s, j) || at(s, j) == '.' && isDigit(s, j+1) || thousands(s, j) {
			j++
		}
		list = append(list, strings.ReplaceAll(s[i:j], ",", ""))
		i = j
	}
	return list
}

func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

func isDigit(s string, i int) bool { return at(s, i) >= '0' && at(s, i) <= '9' }

// thousands tells whether a comma with just three digits behind it stands at i.
func thousands(s string, i int) bool {
	return at(s, i) == ',' && isDigit(s, i+1) && isDigit(s, i+2) && isDigit(s, i+3) && !isDigit(s, i+4)
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
