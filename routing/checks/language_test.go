package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/routing"
)

// samples is a sentence or two in each of many languages.
func samples() map[string]string {
	return map[string]string{
		"en": "The harbour is one of the oldest in the country, and it has been used by fishermen for more than a thousand years.",
		"es": "El puerto es uno de los más antiguos del país y los pescadores lo han utilizado durante más de mil años.",
		"fr": "Le port est l'un des plus anciens du pays, et les pêcheurs l'utilisent depuis plus de mille ans.",
		"de": "Der Hafen ist einer der ältesten des Landes und wird von den Fischern seit mehr als tausend Jahren genutzt.",
		"it": "Il porto è uno dei più antichi del paese ed è usato dai pescatori da più di mille anni.",
		"pt": "O porto é um dos mais antigos do país e os pescadores não deixaram de usá-lo há mais de mil anos.",
		"nl": "De haven is een van de oudste van het land en wordt al meer dan duizend jaar door vissers gebruikt.",
		"pl": "Port jest jednym z najstarszych w kraju i jest używany przez rybaków od ponad tysiąca lat.",
		"tr": "Liman ülkenin en eski limanlarından biridir ve bin yıldan daha uzun bir süredir balıkçılar tarafından kullanılıyor.",
		"id": "Pelabuhan itu adalah salah satu yang tertua di negara ini dan telah digunakan oleh para nelayan selama lebih dari seribu tahun.",
		"vi": "Bến cảng là một trong những cảng lâu đời nhất của đất nước và đã được ngư dân sử dụng hơn một nghìn năm.",
		"ru": "Порт является одним из старейших в стране, и рыбаки используют его более тысячи лет.",
		"ar": "الميناء من أقدم الموانئ في البلاد وقد استخدمه الصيادون منذ أكثر من ألف عام.",
		"hi": "यह बंदरगाह देश के सबसे पुराने बंदरगाहों में से एक है और मछुआरे एक हज़ार साल से इसका उपयोग कर रहे हैं।",
		"ja": "この港は国内で最も古い港の一つで、漁師たちは千年以上にわたって利用してきました。",
		"ko": "이 항구는 나라에서 가장 오래된 항구 중 하나이며 어부들은 천 년 넘게 이용해 왔습니다.",
		"zh": "这个港口是全国最古老的港口之一，渔民使用它已有一千多年的历史。",
		"th": "ท่าเรือแห่งนี้เป็นหนึ่งในท่าเรือที่เก่าแก่ที่สุดของประเทศ และชาวประมงใช้มานานกว่าพันปี",
	}
}

func TestLanguageOfSamples(t *testing.T) {
	for code, text := range samples() {
		for wanted := range samples() {
			got := verdictOf(t, "language", Options{Language: wanted}, &routing.Prompt{}, routing.Answer{Text: text})
			if rejected := got.Decision == routing.Reject; rejected != (code != wanted) {
				t.Errorf("%s where %s is wanted: got %+v", code, wanted, got)
			}
		}
	}
}

func TestLanguageWanted(t *testing.T) {
	l, err := newLanguages()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		in   string
		want string
	}{
		{"Write a poem about the sea in French.", "fr"},
		{"Answer in German: what is a keel?", "de"},
		{"What is a keel? Use Italian.", "it"},
		{"Write a letter in the Portuguese language to my landlord.", "pt"},
		{"Respond using only the Japanese language, please.", "ja"},
		{"What is the best thing about the cooking in French restaurants?", "en fr"},
		{"Explain the history of Chinese tea to me, and why it was so important.", "en zh"},
		{"How do you say good morning in Spanish?", ""},
		{"Translate this into Italian: the sea is calm today.", ""},
		{"Explica por qué el mar es salado. Responde en inglés.", "en"},
		{"Erkläre mir, warum das Meer salzig ist.", "de"},
		{"请用英语回答：海水为什么是咸的？", "en"},
		{"海はなぜ塩辛いのですか。英語で答えてください。", "en"},
		{"바닷물은 왜 짠가요?", "ko"},
		{"Explain photosynthesis in simple Spanish.", "es"},
		{"Output language: German. Topic: dogs", "de"},
		{"Bitte auf Französisch antworten. Was ist ein Kiel?", "fr"},
		{"Rédige une lettre en espagnol à mon propriétaire.", "es"},
		{"Antwoord in het Engels: wat is een kiel?", "en"},
		{"Odpowiedz po angielsku: co to jest kil?", "en"},
		{"Ответь по-английски: что такое киль?", "en"},
		{"İngilizce cevap ver: omurga nedir?", "en"},
		{"اكتب بالفرنسية قصيدة عن البحر", "fr"},
		{"Trả lời bằng tiếng Anh: sống tàu là gì?", "en"},
		{"ตอบเป็นภาษาอังกฤษ: กระดูกงูเรือคืออะไร", "en"},
		{"用英文回答：龙骨是什么？", "en"},
		{"Vastaa englanniksi: mikä on köli?", "en"},
		{"Wie heißt Schmetterling auf Englisch?", ""},
		{"Write a French poem about the sea and the boats on it.", "en fr"},
		{"Hi", ""},
		{"SELECT 1", ""},
		{"Summarise this text for me, please:\n" + samples()["de"] + " " + samples()["de"], "en de"},
	}
	for _, tt := range tests {
		var got []string
		for _, i := range l.wanted(&routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: tt.in}}}) {
			got = append(got, l.list[i].code)
		}
		if d := cmp.Diff(strings.Fields(tt.want), got); d != "" && len(got)+len(tt.want) > 0 {
			t.Errorf("%q (-want +got):\n%s", tt.in, d)
		}
	}
}

func TestLanguageInDoubt(t *testing.T) {
	p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "Wie liest man in Go eine Datei und wie schreibt man sie?"}}}
	for _, answer := range []string{
		"```go\nfor line := range strings.Lines(text) { if line == \"\" { continue }; fmt.Println(line) }\n```",
		"os.ReadFile, os.WriteFile",
		`{"name of the file": "Lesezeichen", "what it is for": "damit man die Seite findet", "was it there": true}`,
		"42",
		"Amsterdam, London, New York",
	} {
		if got := verdictOf(t, "language", Options{}, p, routing.Answer{Text: answer}); got.Decision != routing.Accept {
			t.Errorf("%q: got %+v, want accept", answer, got)
		}
	}
}
