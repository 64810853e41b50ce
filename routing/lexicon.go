package routing

import "strings"

// Words that speak for code, mathematics or several steps, by the points they give; a word in several
// languages stands once per language. Lines of one kind and weight share nothing but their weight.
// The words in one group of parentheses are one cue and count once together.
var (
	codeWords = map[int]string{
		2: "(python py) (javascript js nodejs) (typescript ts) (golang) (java) (kotlin) (cpp) (sql mysql postgresql postgres sqlite) (html) (css) (bash shell) " +
			"(regex regexp) (php) (ruby) (scala) (haskell) (refactor refactoring) (compile compiler compiles) (debug debugging debugger) (algorithm algorithms algorithmus algorithme algoritmo) " +
			"(docker dockerfile) (kubernetes kubectl helm terraform) (yaml) (stacktrace traceback segfault) (unittest pytest junit) (react django flask) (pandas numpy) (git github) " +
			"(def) (elif) (println printf) (const) (nil null nullptr) (struct) (async await) (leetcode) (endpoint endpoints) (funktion fonction función funzione função) (código quellcode) (mutex goroutine)",
		1: "(function functions method methods) (code coding codes) (script scripts) (program programs programm programme programa) (implement implementation implementiere implémente implementa) " +
			"(bug bugs) (exception exceptions) (class classes) (variable variables) (loop loops) (array arrays) (api apis) (query queries) (library libraries) (import include) " +
			"(return returns) (string strings) (int integer integers) (input output) (bool boolean) (parse parser) (server backend frontend) (fix) (test tests) (database table)",
	}
	mathWords = map[int]string{
		2: "(prove proof beweise beweis démontrer démontre demuestra demuestre dimostra prove) (theorem lemma théorème teorema satz) (integral integrals intégrale integrate) (derivative derivatives dérivée derivada ableitung differentiate) " +
			"(equation equations gleichung équation ecuación equação equazione) (polynomial polynomials) (matrix matrices eigenvalue eigenvalues) (probability probabilities probabilité probabilidad) " +
			"(hypotenuse triangle triangles) (logarithm log ln) (cosine sine tangent cos sin tan) (modulo mod) (divisible divisor gcd lcm) (prime primes) (quadratic cubic) (permutation permutations combinatorics) " +
			"(variance deviation) (vector vectors) (group subgroup abelian isomorphic homomorphism) (frac sqrt cdot) (arithmetic geometric) (circumference radius perimeter) (factorial) (coefficient coefficients)",
		1: "(solve löse résous résoudre resuelve resolva risolvi) (calculate compute berechne calcule calcula calculer calcola) (sum summe somme suma soma) (average mean) (percent percentage prozent) (product) (ratio) (angle angles) (area volume) " +
			"(digit digits) (integer integers) (fraction fractions) (total) (remainder) (interest) (speed velocity) (times) (half twice) (greater less) (real complex)",
	}
	stepWords = map[int]string{
		2: "(analyze analyse analysiere analysieren analyser analiza analizar analise analizza) (compare contrast vergleiche vergleich comparer comparez compara compare confronta) (tradeoff tradeoffs) (strategy strategies strategie stratégie estrategia) (roadmap migration migrate) (evaluate assess bewerte évalue évaluer evalúa avalie) " +
			"(hypothesis hypotheses) (architecture architect architektur) (diagnose) (critique) (recommend recommendation recommendations) (design entwirf conçois diseña) (justify begründe)",
		1: "(plan planning planen) (steps step schritte schritt étapes étape pasos etapas passaggi) (then dann puis ensuite luego entonces depois poi) (first zuerst primero primeiro prima) (finally schließlich enfin finalmente infine) (second third) (next danach) " +
			"(why warum pourquoi perché) (explain erkläre expliquez explique explica spiega) (consider considering) (constraints constraint) (pros cons) (risks risk) (because therefore) (implications consequences) (options alternatives) (reason reasoning) (given assume suppose) (optimal optimize) (multiple several)",
	}
	// Words of conditions, bounds and choices: schedules, puzzles, rules to be applied.
	logicWords = map[int]string{
		2: "(assumption assumptions annahme hypothèse suposición) (minimise minimize maximise maximize) (shortest cheapest fewest fastest) (schedule scheduling roster rota allocate) " +
			"(conclusion conclude infer deduce) (consistent inconsistent contradict contradiction violate violates)",
		1: "(if unless falls wenn si) (otherwise else sonst sinon) (must may cannot) (exactly genau exactement) (nobody none neither nor niemand) (before after vor nach avant après) " +
			"(each every per jeder chaque cada) (rule rules condition conditions clause regel règle regla) (possible valid) (true false) (worth) (assign split fit) " +
			"(which welche welcher quel quelle cuál) (needs requires require depends) (finished start starts ends) (whether ob)",
	}
	choreWords = "summarize summarise summary summaries condense shorten translate rewrite rephrase reword paraphrase proofread extract classify categorize categorise label tag convert reformat format list " +
		"zusammenfassen zusammenfassung fasse übersetze übersetzen extrahiere klassifiziere formuliere résume résumez résumer traduis traduisez extrais classe reformule resume resuma traduce traduzca extrae clasifica traduza extraia riassumi traduci estrai"
	quantityWords = "many much far long old fast tall often cuántos cuántas cuánto quantos quantas quanto viele viel combien quanti quante"
	jsonWords     = "json jsonl"
)

const (
	idJSON     = 250 // marks with a meaning of their own
	idQuantity = 251
	idFence    = 252
	idOperator = 253
	idSymbol   = 254
	idChore    = 255
)

// mathMarks are single marks that formulas hold: a backslash begins what TeX calls a command.
var mathMarks = map[string]uint8{"\\": 2, "^": 1, "=": 1, "+": 1, "$": 1, "$$": 2}

// operators are runs of punctuation that prose does not hold; one and the same cue. symbols are signs
// that mathematics uses and prose does not; another one.
const (
	operators = "== != => -> :: && || += -= ++ (); ()) { }; {} [] []; <= >= </ /> := === !== ); }) }); ()); ();"
	symbols   = "∑∏∫√∞≤≥≠≈∈∉∀∃∂∇⊂⊆∪∩⇒⇔±×÷∘∠⊥∥≡"
	fence     = "```"
)

// pairWords do for Chinese and Japanese, which write no spaces, what the lists above do: kind, points,
// and pairs of signs.
var pairWords = []struct {
	kind   uint8
	points uint8
	pairs  string
}{
	{cueCode, 2, "代码 函数 编程 程序 脚本 算法 调试 関数 実装 コー 正規"},
	{cueMath, 2, "证明 方程 积分 导数 概率 矩阵 定理 証明 積分 微分 確率 行列"},
	{cueMath, 1, "计算 求解 計算 解い 平均 总共 合計"},
	{cueSteps, 2, "分析 比较 设计 评估 策略 比較 設計 評価"},
	{cueSteps, 1, "步骤 首先 然后 最后 为什 解释 手順 まず 次に 最後 なぜ 説明 计划 計画"},
}

// lexicon is everything that one look-up per piece finds.
var lexicon = buildLexicon()

func buildLexicon() *table {
	t := &table{marks: map[wordKey]mark{}}
	for l, list := range commonWords {
		for _, w := range strings.Fields(list) {
			t.add(w, mark{langs: 1 << l})
		}
	}
	next := uint16(1)
	for kind, lists := range []map[int]string{cueCode: codeWords, cueMath: mathWords, cueSteps: stepWords, cueLogic: logicWords} {
		for points := 2; points >= 1; points-- {
			for _, group := range groups(lists[points]) {
				t.all(group, mark{id: next, kind: uint8(kind), points: uint8(points)})
				next++
			}
		}
	}
	t.all(quantityWords, mark{id: idQuantity, kind: cueMath})
	t.all(choreWords, mark{id: idChore, kind: cueLogic})
	t.all(jsonWords, mark{id: idJSON, kind: cueCode})
	t.all(operators, mark{id: idOperator, kind: cueCode, points: 2})
	t.all(fence, mark{id: idFence, kind: cueCode, points: enough})
	for sign, points := range mathMarks {
		t.add(sign, mark{id: next, kind: cueMath, points: points})
		next++
	}
	t.signs(next)
	t.freeze()
	return t
}

// groups splits "(a b) (c)" into "a b" and "c".
func groups(list string) []string {
	var out []string
	for _, group := range strings.Split(list, ")") {
		if group = strings.TrimLeft(group, " ("); group != "" {
			out = append(out, group)
		}
	}
	return out
}

// all enters the words of one cue.
func (t *table) all(words string, m mark) {
	for _, w := range strings.Fields(words) {
		t.add(w, m)
	}
}

// signs enters symbols and pairs of signs.
func (t *table) signs(next uint16) {
	for _, r := range symbols {
		t.marks[pairKey(0, r)] = mark{id: idSymbol, kind: cueMath, points: 2}
	}
	t.marks[pairKey('多', '少')] = mark{id: idQuantity, kind: cueMath}
	t.marks[pairKey('い', 'く')] = mark{id: idQuantity, kind: cueMath}
	for _, g := range pairWords {
		for _, w := range strings.Fields(g.pairs) {
			r := []rune(w)
			t.marks[pairKey(r[0], r[1])] = mark{id: next, kind: g.kind, points: g.points}
			next++
		}
	}
}
