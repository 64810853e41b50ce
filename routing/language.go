package routing

// langs is a set of languages that share a common word.
type langs uint32

// codes are the languages that common words tell apart, in the order of their bits.
var codes = [...]string{
	"en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "no", "fi", "tr", "vi", "id", "cs", "ro", "hu", "ru", "uk", "ar", "fa", "el", "he",
}

const langCount = len(codes)

// commonWords are words that stand in almost every text of a language.
var commonWords = [langCount]string{
	"the a and of to in is that it for you this with are what have not be can how do i my please from was which write make give",
	"der die das und ist nicht ein eine ich zu den von mit sie auf für dem im es sich wie bitte auch werden wird kann einen zum",
	"le la les des et est une un dans que qui pour pas vous je ce avec sur sont plus au aux du il nous être cette comment",
	"el la los las de que y en un una es por con para no se del al lo como más este está cuál qué son cómo sobre",
	"o os as de que e um uma em não para com por se do da no na dos das é como mais você são ao está qual isso",
	"il di che la e un una è per non con sono del della le i gli da come più questo si nel alla dei ho cosa",
	"de het een en van is dat niet ik je op te zijn met voor die wat er aan om ook naar deze maar hoe kan",
	"i w na z się nie to jest że do jak o co dla po czy od są tego oraz przez ale być jego które",
	"och att det i en som är på för av med jag inte den till har de ett kan om hur vad från så",
	"og at det i en som er på for af med jeg ikke den til har de et kan om hvordan hvad fra så der",
	"og å det i en som er på for av med jeg ikke den til har de et kan om hvordan hva fra så der",
	"ja on ei että se hän mutta ovat oli minä miten mitä joka tämä sen kun niin kuin voi myös olla tai",
	"ve bir bu da de için ile ne mi çok olarak daha gibi var nasıl ben o en kadar ama değil olan",
	"và là của có không cho một được trong những với các tôi này để người như đã khi làm thế nào gì",
	"dan yang di ini itu untuk dengan tidak dari saya adalah ke pada apa bagaimana akan anda bisa ada dalam atau",
	"a je v na se že to s z do jak o pro ne jsem co za by ale jako jsou má které nebo jsme",
	"și de la în nu este un o cu pe care ce din pentru să mai sunt am cum al ale fi se",
	"a az és hogy nem egy van is ez de meg ha mint csak mi már vagy el kell volt hogyan ezt nagyon",
	"и в не на что с по как это для я он из к но за от так мы все его или если есть какой",
	"і в не на що з як це для я та до за від але його або якщо є який ми ви про бути",
	"في من على أن إلى هذا ما هل التي عن مع كيف لا هذه الذي كان هو ذلك بين كل و",
	"در از که به این را با است آن برای های یک و می چگونه چه شود هم بر تا من",
	"και το να του η της με για που στο είναι την ένα από τα πως τι σε δεν θα",
	"של את על לא זה הוא מה אני עם כי אם איך גם או יש כל היא אבל מה",
}

const (
	scriptLatin = iota
	scriptCyrillic
	scriptGreek
	scriptHebrew
	scriptArabic
	scriptDevanagari
	scriptBengali
	scriptTamil
	scriptThai
	scriptHan
	scriptKana
	scriptHangul
	scriptOther
	scriptCount
)

// scriptLanguage is what a script says where common words say nothing.
var scriptLanguage = [scriptCount]string{
	scriptCyrillic: "ru", scriptGreek: "el", scriptHebrew: "he", scriptArabic: "ar", scriptDevanagari: "hi",
	scriptBengali: "bn", scriptTamil: "ta", scriptThai: "th", scriptHan: "zh", scriptKana: "ja", scriptHangul: "ko",
}

func scriptOf(r rune) int {
	switch {
	case r < 0x370 || r >= 0x1E00 && r < 0x1F00:
		if r >= 0xC0 {
			return scriptLatin
		}
		return scriptOther
	case r < 0x400:
		return scriptGreek
	case r < 0x530:
		return scriptCyrillic
	case r >= 0x590 && r < 0x600:
		return scriptHebrew
	case r >= 0x600 && r < 0x780 || r >= 0xFB50 && r < 0xFE00:
		return scriptArabic
	case r >= 0x900 && r < 0x980:
		return scriptDevanagari
	case r >= 0x980 && r < 0xA00:
		return scriptBengali
	case r >= 0xB80 && r < 0xC00:
		return scriptTamil
	case r >= 0xE00 && r < 0xE80:
		return scriptThai
	case r >= 0x3040 && r < 0x3100:
		return scriptKana
	case r >= 0x3400 && r < 0xA000:
		return scriptHan
	case r >= 0xAC00 && r < 0xD7A4 || r >= 0x1100 && r < 0x1200:
		return scriptHangul
	}
	return scriptOther
}

// language guesses which language the text is in: the script decides where one language writes it,
// common words decide between those that share one. "" when too little speaks for any.
func (c *cues) language() string {
	script, letters := scriptLatin, 0
	for s, n := range c.scripts {
		if s != scriptOther && n > letters {
			script, letters = s, n
		}
	}
	// Japanese mixes Han with kana; a tenth of kana is enough to tell it from Chinese.
	if script == scriptHan && 10*c.scripts[scriptKana] > c.scripts[scriptHan] {
		return "ja"
	}
	best, hits, second := -1, 0, 0
	for l, n := range c.langs {
		if n > hits {
			best, hits, second = l, n, hits
		} else if n > second {
			second = n
		}
	}
	if hits >= 2 && hits > second || hits == 1 && second == 0 && c.wordsSeen <= 6 {
		if languageScript(best) == script {
			return codes[best]
		}
	}
	return scriptLanguage[script]
}

// languageScript is the script in which the words of language l are written.
func languageScript(l int) int {
	switch codes[l] {
	case "ru", "uk":
		return scriptCyrillic
	case "ar", "fa":
		return scriptArabic
	case "el":
		return scriptGreek
	case "he":
		return scriptHebrew
	}
	return scriptLatin
}
