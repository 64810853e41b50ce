package checks

// German, Portuguese and Chinese: the commonest wishes only, for which there are no recorded answers.

var german = tongue{
	signs:     []string{"ä", "ö", "ü", "ß", " und ", " der ", " die ", " mit ", " eine"},
	numbers:   map[string]int{"einen": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10},
	relations: map[string]string{"mindestens": "at least", "wenigstens": "at least", "höchstens": "at most", "maximal": "at most", "nicht mehr als": "at most", "bis zu": "at most", "weniger als": "less than", "unter": "less than", "mehr als": "more than", "genau": "exactly"},
	ways: []way{
		{"wörter", `# wörtern?\s*(?:$|[.,;:!?)]| (?:und|oder|lang)\b)`, askWords},
		{"wort", `# worten?\s*(?:$|[.,;:!?)]| (?:und|oder)\b)`, askWords},
		{"sätze", `# sätzen?`, askSentences},
		{"stichpunkt", `# stichpunkten?`, askItems},
		{"wörter", `(?:nicht|ohne|vermeide)\b.{0,30}wörter ["„“']`, askExcludes},
		{"großbuchstaben", `(?:nur|ausschließlich|komplett|vollständig) in großbuchstaben`, askCase("upper")},
		{"kleinbuchstaben", `(?:nur|ausschließlich|komplett|vollständig) in kleinbuchstaben`, askCase("lower")},
		{"komma", `(?:keine|ohne) (?:\S+ )?kommas?\b`, askLacks(",")},
		{"json", `(?:im json-format|als json|in json)`, askJSON},
	},
}

var portuguese = tongue{
	signs:     []string{"ção", "ções", " em ", " uma ", " um ", " com ", "ão "},
	numbers:   map[string]int{"um": 1, "uma": 1, "duas": 2, "dois": 2, "três": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10},
	relations: map[string]string{"pelo menos": "at least", "no mínimo": "at least", "no máximo": "at most", "até": "at most", "não mais de": "at most", "menos de": "less than", "mais de": "more than", "exatamente": "exactly"},
	ways: []way{
		{"palavras", `# palavras\s*(?:$|[.,;:!?)]| (?:e|ou|em)\b)`, askWords},
		{"frases", `# frases`, askSentences},
		{"tópicos", `exatamente # tópicos`, askItems},
		{"palavras", `(?:não|sem|evite)\b.{0,30}palavras ["“«']`, askExcludes},
		{"maiúsculas", `(?:apenas|somente|só|inteiramente|completamente) (?:em )?(?:letras )?maiúsculas`, askCase("upper")},
		{"minúsculas", `(?:apenas|somente|só|inteiramente|completamente) (?:em )?(?:letras )?minúsculas`, askCase("lower")},
		{"vírgulas", `(?:não|sem)\b[^.]* vírgulas`, askLacks(",")},
		{"json", `(?:formato|em|como) json`, askJSON},
	},
}

var chinese = tongue{
	numbers:   map[string]int{"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10},
	relations: map[string]string{"至少": "at least", "不少于": "at least", "最多": "at most", "不超过": "at most", "不多于": "at most", "少于": "less than", "以内": "at most"},
	ways: []way{
		{"字", `REL(?:用)?NUM(?:个)?字(?:$|[。，,.！!])`, askCharacters},
		{"字以内", `NUM字REL`, askCharacters},
		{"句", `RELNUM句`, askSentences},
		{"不要使用", `不要使用[“「"][^”」"]*[”」"](?:[和、][“「"][^”」"]*[”」"])*`, askExcludes},
		{"逗号", `不(?:要|能|得)?使用逗号`, askLacks("[，,]")},
		{"json", `(?:json格式|以json)`, askJSON},
	},
}
