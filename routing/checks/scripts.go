package checks

// script is a writing system.
type script uint8

const (
	noScript script = iota
	latin
	greek
	cyrillic
	hebrew
	arabic
	devanagari
	bengali
	gurmukhi
	gujarati
	tamil
	telugu
	kannada
	malayalam
	thai
	kana
	hangul
	han
	scripts
)

// scriptNamed reads the codes of ISO 15924 that languages.txt uses.
func scriptNamed(code string) (script, bool) {
	for i, name := range []string{
		"", "Latn", "Grek", "Cyrl", "Hebr", "Arab", "Deva", "Beng", "Guru", "Gujr",
		"Taml", "Telu", "Knda", "Mlym", "Thai", "Hira", "Hang", "Hani",
	} {
		if name == code && i > 0 {
			return script(i), true
		}
	}
	return noScript, false
}

// scriptOf tells the script of a letter or vowel sign, by the blocks of Unicode.
func scriptOf(r rune) script {
	switch {
	case r < 0x250, r >= 0x1e00 && r < 0x1f00:
		return latin
	case r < 0x370:
		return noScript
	case r < 0x400, r >= 0x1f00 && r < 0x2000:
		return greek
	case r < 0x530:
		return cyrillic
	case r >= 0x590 && r < 0x600:
		return hebrew
	case r >= 0x600 && r < 0x780, r >= 0xfb50 && r < 0xfe00, r >= 0xfe70 && r < 0xff00:
		return arabic
	case r >= 0x900 && r < 0xe80:
		return indic(r)
	case r >= 0x3040 && r < 0x3100, r >= 0x31f0 && r < 0x3200, r >= 0xff66 && r < 0xffa0:
		return kana
	case r >= 0xac00 && r < 0xd7b0, r >= 0x1100 && r < 0x1200, r >= 0x3130 && r < 0x3190:
		return hangul
	case r >= 0x3400 && r < 0xa000, r >= 0xf900 && r < 0xfb00, r >= 0x20000 && r < 0x32000:
		return han
	}
	return noScript
}

// indic tells the scripts of India and Thai apart, which stand in blocks of 128 from U+0900.
func indic(r rune) script {
	switch (r - 0x900) / 0x80 {
	case 0:
		return devanagari
	case 1:
		return bengali
	case 2:
		return gurmukhi
	case 3:
		return gujarati
	case 5:
		return tamil
	case 6:
		return telugu
	case 7:
		return kannada
	case 8:
		return malayalam
	case 10:
		return thai
	}
	return noScript
}
