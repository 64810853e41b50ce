package routing

// samples are texts of our own with their number of tokens, and how far the estimate may be off.
var samples = []struct {
	text   string
	tokens int
	off    float64
}{
	{"Please read the minutes below and tell me who has to do what until Friday. Some of it was said twice.", 23, .25},
	{"The invoice 20231 of 14 March over $1,250.30 was paid on 2 April; number 20232 is still open (812.40 EUR).", 33, .25},
	{"func total(rows []Row) (sum float64) {\n\tfor _, r := range rows {\n\t\tsum += r.Price * float64(r.Count)\n\t}\n\treturn sum\n}\n", 47, .25},
	{"{\"order\": {\"id\": 4711, \"customer\": \"Anna Berger\", \"items\": [{\"sku\": \"A-12\", \"count\": 3}], \"paid\": true}}", 38, .25},
	{"| month | revenue | cost |\n|---|---|---|\n| January | 120,300 | 98,000 |\n| February | 118,950 | 97,420 |\n", 36, .25},
	{"Let $f(x) = x^2 + 3x - 4$. Show that $f$ has exactly two zeros and compute $\\int_0^1 f(x)\\,dx$.", 39, .25},
	{"Bitte fasse den folgenden Text in drei Sätzen zusammen und nenne am Ende, wer bis wann was erledigen muss.", 33, .25},
	{"Résumez le texte suivant en trois phrases, puis dites qui doit faire quoi avant la fin de la semaine.", 29, .25},
	{"Resume el siguiente texto en tres frases y di al final quién tiene que hacer qué antes del viernes.", 24, .25},
	{"Кратко перескажите этот текст в трёх предложениях и скажите, кто и что должен сделать до пятницы.", 45, .25},
	{"次の文章を三つの文に要約し、最後に誰がいつまでに何をするべきかを書いてください。", 41, .25},
	{"请用三句话总结下面的文字，最后说明谁在周五之前必须做什么。", 25, .3},
	{"다음 글을 세 문장으로 요약하고, 누가 언제까지 무엇을 해야 하는지 마지막에 적어 주세요.", 50, .25},
	{"لخص النص التالي في ثلاث جمل ثم اذكر من عليه أن يفعل ماذا قبل يوم الجمعة.", 66, .25},
	{"निम्नलिखित पाठ का तीन वाक्यों में सारांश लिखें और बताएं कि शुक्रवार तक किसे क्या करना है।", 92, .25},
	{"Vat de volgende tekst samen in drie zinnen en zeg aan het eind wie wat voor vrijdag moet doen.", 33, .4},
}
