package checks

import (
	"testing"

	"ockham/routing"
)

func TestRefusal(t *testing.T) {
	tests := []struct {
		lang, in string
		want     bool
	}{
		{"en", "I'm sorry, but I can’t help with that request.", true},
		{"en", "**I cannot provide** the address of a private person.", true},
		{"en", "As an AI language model, I don't have access to your calendar.", true},
		{"en", "It is not appropriate to make jokes about this group of people.", true},
		{"en", "I can't wait to tell you about the harbour of Lisbon!", false},
		{"en", "Here are three ways to help with a blocked sink: first, hot water.", false},
		{"en", "I'm sorry to hear that your train was late. Here is how to claim a refund:", false},
		{"es", "Lo siento, pero no puedo ayudarte con esa petición.", true},
		{"es", "El puerto de Lisboa es uno de los más antiguos de Europa.", false},
		{"fr", "Je suis désolé, mais je ne peux pas répondre à cette question.", true},
		{"fr", "Le port de Lisbonne est l'un des plus anciens d'Europe.", false},
		{"de", "Dabei kann ich leider nicht helfen.", true},
		{"de", "Der Hafen von Lissabon ist einer der ältesten Europas.", false},
		{"it", "Mi dispiace, ma non posso fornire queste informazioni.", true},
		{"it", "Il porto di Lisbona è uno dei più antichi d'Europa.", false},
		{"pt", "Desculpe, mas não posso ajudar com isso.", true},
		{"pt", "O porto de Lisboa é um dos mais antigos da Europa.", false},
		{"nl", "Het spijt me, maar ik kan je daar niet mee helpen.", true},
		{"nl", "De haven van Lissabon is een van de oudste van Europa.", false},
		{"pl", "Przepraszam, ale nie mogę w tym pomóc.", true},
		{"pl", "Port w Lizbonie jest jednym z najstarszych w Europie.", false},
		{"ru", "К сожалению, я не могу помочь с этим запросом.", true},
		{"ru", "Порт Лиссабона — один из старейших в Европе.", false},
		{"tr", "Üzgünüm, bu konuda yardımcı olamam.", true},
		{"tr", "Lizbon limanı Avrupa'nın en eski limanlarından biridir.", false},
		{"ar", "عذراً، لا أستطيع مساعدتك في هذا الطلب.", true},
		{"ar", "ميناء لشبونة من أقدم الموانئ في أوروبا.", false},
		{"hi", "क्षमा करें, मैं इसमें सहायता नहीं कर सकता।", true},
		{"hi", "लिस्बन का बंदरगाह यूरोप के सबसे पुराने बंदरगाहों में से एक है।", false},
		{"id", "Maaf, saya tidak dapat membantu permintaan ini.", true},
		{"id", "Pelabuhan Lisbon adalah salah satu yang tertua di Eropa.", false},
		{"vi", "Xin lỗi, tôi không thể giúp bạn việc này.", true},
		{"th", "ขออภัย ฉันไม่สามารถช่วยเรื่องนี้ได้", true},
		{"ja", "申し訳ありませんが、そのご依頼にはお応えできません。", true},
		{"ja", "リスボン港はヨーロッパで最も古い港の一つです。", false},
		{"ko", "죄송하지만 그 요청은 도와드릴 수 없습니다.", true},
		{"ko", "리스본 항구는 유럽에서 가장 오래된 항구 중 하나입니다.", false},
		{"zh", "很抱歉，我无法协助完成这个请求。", true},
		{"zh", "里斯本港是欧洲最古老的港口之一。", false},
		{"uk", "На жаль, я не можу допомогти з цим.", true},
		{"sv", "Tyvärr, jag kan inte hjälpa till med det.", true},
	}
	for _, tt := range tests {
		t.Run(tt.lang, func(t *testing.T) {
			got := verdictOf(t, "refusal", Options{}, &routing.Prompt{}, routing.Answer{Text: tt.in})
			if (got.Reason == routing.ReasonRefusal) != tt.want {
				t.Errorf("%q: got %+v, want refusal %v", tt.in, got, tt.want)
			}
		})
	}
}

// A request may say what to answer where there is no answer.
func TestRefusalAsAsked(t *testing.T) {
	p := &routing.Prompt{
		System: "If the text does not tell, answer: I cannot answer this.",
		Turns:  []routing.Turn{{Role: "user", Text: "Who built the bridge?"}},
	}
	if got := verdictOf(t, "refusal", Options{}, p, routing.Answer{Text: "I cannot answer this."}); got.Decision != routing.Accept {
		t.Errorf("got %+v, want accept", got)
	}
}

// A stream is not held for longer than the beginning in which models decline.
func TestRefusalDecidesEarly(t *testing.T) {
	c, err := New("refusal", Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := four()
	look := c.Start(&routing.Prompt{})
	if got := look(&routing.Answer{Text: text[:refusalRunes-1]}); got.Decision != routing.Undecided {
		t.Errorf("before: got %+v, want undecided", got)
	}
	if got := look(&routing.Answer{Text: text[:refusalRunes]}); got.Decision != routing.Accept {
		t.Errorf("after %d characters: got %+v, want accept", refusalRunes, got)
	}
	if got := c.Start(&routing.Prompt{})(&routing.Answer{Text: "Sorry, but I cannot help"}); got.Decision != routing.Reject {
		t.Errorf("a refusal that is still being written: got %+v, want reject", got)
	}
}
