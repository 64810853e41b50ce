package emulator

import (
	"slices"
	"strings"
	"unicode"
)

// language is one that the emulator can write in.
type language struct {
	code    string
	script  *unicode.RangeTable
	common  []string // words by which it is known; none for a language with a script of its own
	about   []string // sentences with a place for a keyword
	general []string // sentences without
}

// languageOf finds the language that the prompt is written in, or nil.
func languageOf(text string) *language {
	text = head(text, 2000)
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	var best *language
	most := 0
	for _, l := range languages {
		if n := l.score(text, words); n > most {
			best, most = &l, n
		}
	}
	if best == nil && len(words) > 0 && isASCII(text) {
		return &languages[0]
	}
	return best
}

// head cuts at a character.
func head(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

func (l *language) score(text string, words []string) int {
	n := 0
	if l.script != nil {
		for _, r := range text {
			if unicode.Is(l.script, r) {
				n++
			}
		}
		return n
	}
	for _, word := range words {
		if slices.Contains(l.common, word) {
			n += 2
		}
	}
	return n
}

// speak writes three to five sentences.
func (l *language) speak(q *question) string {
	words := keywords(q.prompt, 6)
	if l.script != nil {
		words = nil
	}
	var sentences []string
	for i := range min(2, len(words)) {
		sentences = append(sentences, strings.ReplaceAll(l.about[(i+q.random.IntN(len(l.about)/2)*2)%len(l.about)], "%", words[i]))
	}
	start := q.random.IntN(len(l.general))
	for i := range 3 - len(sentences)/2 {
		sentences = append(sentences, l.general[(start+i)%len(l.general)])
	}
	glue := " "
	if l.code == "ja" || l.code == "zh" {
		glue = ""
	}
	return strings.Join(sentences, glue)
}

// isCommon tells words that say nothing of a prompt's subject.
func isCommon(word string) bool {
	return slices.Contains([]string{
		"this", "that", "with", "from", "what", "when", "where", "which", "have", "will", "would", "should",
		"could", "please", "about", "your", "they", "them", "then", "than", "there", "their", "into", "only", "answer", "following",
		"write", "give", "explain", "text", "json", "value", "object", "return", "reply", "does", "were", "been", "also", "each", "some",
	}, word)
}

// languages, English first.
var languages = []language{
	{
		code: "en", common: []string{"the", "and", "of", "to", "is", "in", "a", "for", "what", "this", "that", "with", "how", "please", "are"},
		about: []string{
			"The main point about % is what it is meant to achieve.", "It helps to look at % on its own before anything else.",
			"With %, the details decide.", "As for %, the usual way is also the safest one.",
		},
		general: []string{
			"The parts fit together once their order is clear.", "Start with what is known and settle the rest step by step.",
			"This holds as long as nothing else changes.", "In practice a short check at the end saves most of the trouble.",
		},
	},
	{
		code: "de", common: []string{"der", "die", "das", "und", "ist", "nicht", "ein", "eine", "wie", "was", "bitte", "für", "mit", "den", "zu", "auf"},
		about: []string{
			"Bei % kommt es vor allem auf das Ziel an.", "Es lohnt sich, % zuerst für sich zu betrachten.",
			"Für % entscheiden die Einzelheiten.", "Was % angeht, ist der übliche Weg auch der sicherste.",
		},
		general: []string{
			"Die Teile passen zusammen, sobald ihre Reihenfolge klar ist.", "Am besten beginnt man mit dem Bekannten und klärt den Rest Schritt für Schritt.",
			"Das gilt, solange sich nichts anderes ändert.", "In der Praxis erspart eine kurze Prüfung am Ende die meiste Mühe.",
		},
	},
	{
		code: "fr", common: []string{"le", "la", "les", "et", "est", "des", "une", "dans", "pour", "que", "qui", "comment", "avec", "sur", "du"},
		about: []string{
			"Pour %, tout dépend du but que l'on se fixe.", "Il est utile de regarder % à part avant tout le reste.",
			"Avec %, ce sont les détails qui décident.", "Quant à %, la voie habituelle est aussi la plus sûre.",
		},
		general: []string{
			"Les éléments s'accordent dès que leur ordre est clair.", "Il faut commencer par ce qui est connu et régler le reste pas à pas.",
			"Cela reste vrai tant que rien d'autre ne change.", "En pratique, une courte vérification à la fin évite la plupart des ennuis.",
		},
	},
	{
		code: "es", common: []string{"el", "los", "las", "y", "es", "una", "para", "que", "cómo", "con", "por", "del", "qué", "en"},
		about: []string{
			"En cuanto a %, todo depende de lo que se busca.", "Conviene mirar % por separado antes que nada.",
			"Con %, los detalles deciden.", "Para %, el camino habitual es también el más seguro.",
		},
		general: []string{
			"Las partes encajan cuando su orden está claro.", "Lo mejor es empezar por lo conocido y resolver el resto paso a paso.",
			"Esto vale mientras no cambie nada más.", "En la práctica, una breve revisión al final ahorra la mayoría de los problemas.",
		},
	},
	{
		code: "it", common: []string{"il", "gli", "e", "è", "una", "per", "che", "come", "con", "di", "della", "sono", "non"},
		about: []string{
			"Per quanto riguarda %, tutto dipende dallo scopo.", "Conviene guardare % da solo prima di ogni altra cosa.",
			"Con %, decidono i dettagli.", "Per %, la strada consueta è anche la più sicura.",
		},
		general: []string{
			"Le parti si accordano quando il loro ordine è chiaro.", "È meglio cominciare da ciò che è noto e risolvere il resto passo dopo passo.",
			"Questo vale finché non cambia altro.", "In pratica, un breve controllo alla fine evita la maggior parte dei problemi.",
		},
	},
	{
		code: "pt", common: []string{"o", "os", "as", "e", "é", "uma", "para", "que", "como", "com", "por", "do", "da", "não", "em"},
		about: []string{
			"Quanto a %, tudo depende do objetivo.", "Vale a pena olhar % em separado antes de mais nada.",
			"Com %, os detalhes decidem.", "Para %, o caminho habitual é também o mais seguro.",
		},
		general: []string{
			"As partes encaixam quando a sua ordem está clara.", "O melhor é começar pelo que já se sabe e resolver o resto passo a passo.",
			"Isto vale enquanto nada mais mudar.", "Na prática, uma breve verificação no fim evita a maioria dos problemas.",
		},
	},
	{
		code: "nl", common: []string{"het", "een", "en", "van", "niet", "hoe", "wat", "voor", "met", "dat", "zijn", "naar", "deze"},
		about: []string{
			"Bij % gaat het vooral om het doel.", "Het loont om % eerst apart te bekijken.",
			"Voor % geven de details de doorslag.", "Wat % betreft is de gewone weg ook de veiligste.",
		},
		general: []string{
			"De delen passen in elkaar zodra hun volgorde duidelijk is.", "Begin met wat bekend is en los de rest stap voor stap op.",
			"Dit geldt zolang er niets anders verandert.", "In de praktijk bespaart een korte controle aan het eind de meeste moeite.",
		},
	},
	{code: "ru", script: unicode.Cyrillic, general: []string{
		"Главное здесь зависит от цели.", "Лучше начать с того, что известно, и решать остальное шаг за шагом.",
		"Это верно, пока ничего другого не меняется.", "На практике короткая проверка в конце избавляет от большинства трудностей.",
	}},
	{code: "ja", script: kana, general: []string{
		"大切なのは目的をはっきりさせることです。", "まず分かっていることから始め、残りを一つずつ解決するとよいでしょう。",
		"ほかの条件が変わらなければ、この方法で問題ありません。", "最後に短い確認をすると、多くの手間が省けます。",
	}},
	{code: "zh", script: unicode.Han, general: []string{
		"关键在于先明确目标。", "最好从已知的部分开始，再一步一步解决其余的问题。",
		"只要其他条件不变，这个结论就成立。", "在实践中，最后做一次简短的检查可以避免大多数麻烦。",
	}},
}

// kana marks Japanese even among Chinese characters: both scripts of it.
var kana = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x3040, Hi: 0x30FF, Stride: 1}}}
