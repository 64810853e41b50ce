package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestFormatReadInOtherLanguages(t *testing.T) {
	r := newFormatReader()
	for in, want := range map[string]Format{
		// Spanish
		"Escribe sobre los barcos con al menos 300 palabras.":                          {Words: Range{Min: 300}},
		"Resume el informe en un máximo de 30 palabras.":                               {Words: Range{Max: 33}},
		"Tengo diez palabras para ti.":                                                 {},
		"Responde con no menos de cinco frases.":                                       {Sentences: Range{Min: 5}},
		"Háblame del puerto. Usa las palabras clave \"quilla\" y \"vela\".":            {Contains: []string{"quilla", "vela"}},
		"Háblame del puerto, pero no uses las palabras 'quilla' o 'vela'.":             {Excludes: []string{"quilla", "vela"}},
		"La palabra \"vela\" debe aparecer al menos dos veces en la respuesta.":        {Counts: []Count{{`(?i)vela`, Range{Min: 2}}}},
		"Escribe la carta sólo en letras mayúsculas.":                                  {Case: "upper"},
		"Escribe dos palabras en letras mayúsculas.":                                   {},
		"Responde sin usar comas, por favor, sobre los barcos del puerto sin comas.":   {Lacks: []string{","}},
		"Termina la carta con la frase exacta \"Buen viento\".":                        {Ends: "buen viento"},
		"Escribe 3 párrafos sobre la mar, separados por dos saltos de línea.":          {Paragraphs: Range{3, 3}},
		"El puerto tiene al menos 300 barcos, y los marineros dicen muchas palabras.":  {},
		"Responde con una de las siguientes opciones: \"Sí\", \"No\", \"Tal vez\".":    {OneOf: []string{"sí", "no", "tal vez"}},
		"Devuelve los barcos en formato JSON.":                                         {hasJSON: true},
		"Haz una lista de los barcos con exactamente 4 puntos de lista en tu mensaje.": {Items: Range{4, 4}},
		// French
		"Décrivez le port en moins de 50 mots.":                                  {Words: Range{Max: 53}},
		"Le récit doit compter au minimum six phrases.":                          {Sentences: Range{Min: 6}},
		"Décrivez le port sans utiliser de virgules.":                            {Lacks: []string{","}},
		"Veillez à utiliser les termes 'quille' et 'voile' dans la lettre.":      {Contains: []string{"quille", "voile"}},
		"Évitez d'employer les mots \"quille\" et \"voile\" dans l'histoire.":    {Excludes: []string{"quille", "voile"}},
		"Le mot \"voile\" doit figurer au moins trois fois.":                     {Counts: []Count{{`(?i)voile`, Range{Min: 3}}}},
		"Écrivez la lettre entièrement en majuscules.":                           {Case: "upper"},
		"Utilisez au moins 3 mots en majuscules à l'intérieur de l'histoire.":    {Counts: []Count{{`\b\p{Lu}[\p{Lu}\d'-]*\b`, Range{Min: 3}}}},
		"Terminez la lettre par la phrase exacte : « Bon vent ».":                {Ends: "bon vent"},
		"Le deuxième paragraphe doit commencer par \"Pourtant\", à mon avis.":    {Openings: map[int]string{2: "pourtant"}},
		"Il a dit trois mots à sa mère, et elle a ri.":                           {},
		"Il y avait deux réponses à cette question.":                             {},
		"Donnez deux réponses différentes, séparées par six étoiles : ******":    {Parts: Range{2, 2}},
		"Toute la réponse doit être au format JSON, même la description du port": {JSON: true, hasJSON: true},
		// Japanese
		"港について説明してください。200文字以内でお願いします。":      {Characters: Range{Max: 220}},
		"5行以上の文章で港について説明してください。":             {Sentences: Range{Min: 5}},
		"「帆」と「櫂」という単語を使わないで港を紹介してください。":      {Excludes: []string{"帆", "櫂"}},
		"「帆」をキーワードにして港を紹介してください。":            {Contains: []string{"帆"}},
		"「帆」という単語を3回以上用いてください。":              {Counts: []Count{{`(?i)帆`, Range{Min: 3}}}},
		"港の特徴を4つの箇条書きで教えてください。":              {Items: Range{4, 4}},
		"カタカナを使わずに港を説明してください。":               {Lacks: []string{`[ァ-ヺ]`}},
		"港の歴史は200文字で書かれた碑に残っています。":           {},
		"全ての文末が「ます」で統一された文章にしてください。":         {SentencesEnd: "ます"},
		"船の情報をJSON形式で出力してください。":              {hasJSON: true},
		"応答の最後に「良い風を。」と出力してください。港を説明してください。": {Ends: "良い風を。"},
		// German, Portuguese, Chinese
		"Beschreibe den Hafen und die Boote in höchstens 40 Wörtern.":        {Words: Range{Max: 44}},
		"Schreibe mindestens drei Sätze über die Boote.":                     {Sentences: Range{Min: 3}},
		"Descreva o porto em uma carta com pelo menos 100 palavras.":         {Words: Range{Min: 100}},
		"Responda em português, com no máximo cinco frases sobre a estação.": {Sentences: Range{Max: 5}},
		"请介绍这个港口，不超过100字。":                                                   {Characters: Range{Max: 110}},
		"请不要使用“帆”和“桨”，介绍这个港口。":                                               {Excludes: []string{"帆", "桨"}},
	} {
		got, _ := r.read(in)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.AllowUnexported(Format{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}
