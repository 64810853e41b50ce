package routing

import "strings"

// Words that speak for code, mathematics or several steps, by the points they give; a word in several
// languages stands once per language. Lines of one kind and weight share nothing but their weight.
// The words in one group of parentheses are one cue and count once together.
var (
	codeWords = map[int]string{
		2: "(python py) (javascript js nodejs) (typescript ts) (golang) (csharp dotnet) (matlab) (perl lua) (powershell) (java) (kotlin) (cpp) (sql mysql postgresql postgres sqlite) (html) (css) (bash shell) " +
			"(regex regexp) (php) (ruby) (scala) (haskell) (refactor refactoring) (compile compiler compiles) (debug debugging debugger) (algorithm algorithms algorithmus algorithme algoritmo) " +
			"(docker dockerfile) (kubernetes kubectl helm terraform) (yaml) (stacktrace traceback segfault) (unittest unittests pytest junit selenium) (react django flask fastapi jquery nextjs) (pandas numpy) (git github) " +
			"(def) (elif) (println printf) (const) (nil null nullptr) (struct) (async await) (leetcode) (endpoint endpoints) (function functions funktion fonction función funzione função) (código quellcode) (mutex goroutine goroutines) " +
			"(implement implementing implementation implementiere implementieren implémente implémenter implementa implementar implementare) (recursive recursion) (undefined) (typeerror valueerror keyerror indexerror) (makefile cmake) (ansible) " +
			"(quicksort mergesort dijkstra bfs dfs) (trie lru hashmap hashtable) (hash) (graphql grpc) (deadlock deadlocks) (thread threads multithreaded) (complexity) (pytorch tensorflow) (middleware) (cron crontab cronjob) (workflow workflows) (decorator decorators) (skript) (stored) (flexbox) (useeffect usestate) (nginx) (vba macro macros) (solidity) (laravel rails) (mongodb redis elasticsearch) (std) (nullable) (serialise serialize deserialise deserialize) " +
			"(elixir erlang clojure fsharp ocaml) (fortran cobol) (wasm webassembly) (vbscript) (groovy) (zsh) (awk sed grep) (plsql tsql) (jsx tsx) (scss sass tailwind) (webpack vite babel eslint) (npm conda maven gradle) (hibernate jpa) (sklearn keras opencv) (matplotlib seaborn plotly) (sqlalchemy) (websocket websockets webhook webhooks) (oauth jwt) (cors csrf xss) " +
			"(swiftui uikit xcode) (dataframe dataframes) (tuple tuples dict) (enum enums) (pointer pointers malloc) (polymorphism subclass superclass) (constructor constructors) (singleton) (generics) (callback callbacks) (coroutine coroutines) (semaphore) (memoize memoization) (backtracking) (lint linter) (codebase) (rebase) (sdk cli) (stdin stdout stderr) (argparse argv) (xpath xslt) (parquet) (orm) (sharding) (localhost) (checksum) " +
			"(bitwise) (vpc subnet cloudformation) (jenkins gitlab) (assert) (breakpoint) (syntax) (snippet snippets) (pseudocode) (navbar) (pagination paginate) (debounce) (palindrome) (knapsack) (substring) (traversal traverse) (vlookup) (tikz) (arduino) (shader shaders glsl) (systemd ssh) (codigo) (programmiere programmieren)",
		1: "(method methods méthode método) (code coding codes) (script scripts) (program programs programm programme programa programma) (component components) (module modules) (procedure) " +
			"(bug bugs) (exception exceptions) (class classes) (variable variables) (loop loops) (array arrays) (api apis) (query queries) (library libraries) (import include) " +
			"(return returns) (string strings) (int integer integers) (input output) (bool boolean) (parse parser parses parsing) (server backend frontend) (fix) (test tests) (database datenbank table) (row rows column columns) (error errors fehler erreur) (fails failing failed crashes) (sort sorted sorting sortiert trier) (search) (tree graph stack queue cache) (handler controller) (print range) (div) (chart) (requests) " +
			"(url urls) (field fields) (logs) (limiter scheduler crawler scraper) (binary) (token tokens) (aggregation) (config) (repo repository) (commit commits) (merge) (plugin plugins) (env) (xml) (csv) (http https) (authentication) (encrypt encryption) (unicode ascii utf) (byte bytes) (hex hexadecimal) (nested) (timeout timeouts) (proxy) (pipeline pipelines) (deploy deployment) (container containers) (mock mocks) (benchmark) (semicolon) (boilerplate) " +
			"(dropdown checkbox) (linked) (interface interfaces) (inheritance) (closure) (float double) (heap) (bot chatbot) (scrape) (excel) (spreadsheet) (android ios) (linux ubuntu debian) (gpu cuda) (kafka rabbitmq) (abfrage requête) (klasse clase) (schleife boucle bucle) (lambda)",
	}
	// Words that only together with others of code speak for it: what is to be done, and names of languages
	// and things that mean something else, too.
	makeWords = map[int]string{
		1: "(write create build generate add develop optimise optimize convert port fix explain schreibe schreib erstelle écris écrire crée créer escribe crea genera genere scrivi crie escreva crear) " +
			"(go rust swift dart ruby c r express spring node vue angular) (app apps application website page game form) (user users) (string chain) (delete deletes remove) (web) (read) (safe) (julia assembly) (bootstrap) (yarn cargo pip) (package packages) (branch) (join joins) (index indexes) (trigger triggers) (transaction transactions) (cookie cookies session) (login) (unit) (validate validation validator) (responsive) (grid) (nodes) (dom) (cell cells) (optimiere korrigiere corrige) (tabelle tabla tabella) (connect) (memory) (file files datei fichier archivo) (list lists liste lista) (line lines zeile ligne)",
	}
	// Texts that are asked for in the same words: a poem about Python is no program.
	proseWords = "poem tweet story essay bio invitation joke jokes caption slogan haiku song newsletter toast " +
		"gedicht brief einladung poème lettre poema carta invitación poesia lettera convite"
	mathWords = map[int]string{
		2: "(prove proof beweise beweis démontrer démontre demuestra demuestre dimostra prove) (theorem lemma théorème teorema satz) (integral integrals intégrale integrate) (derivative derivatives dérivée derivada ableitung differentiate) " +
			"(equation equations gleichung équation ecuación equação equazione) (polynomial polynomials) (matrix matrices eigenvalue eigenvalues) (probability probabilities probabilité probabilidad) " +
			"(hypotenuse triangle triangles) (logarithm log ln) (cosine sine tangent cos sin tan) (modulo mod) (divisible divisor gcd lcm) (prime primes) (quadratic cubic) (permutation permutations combinatorics) " +
			"(variance deviation) (vector vectors) (group subgroup abelian isomorphic homomorphism) (frac sqrt cdot) (arithmetic geometric) (circumference radius perimeter) (factorial) (coefficient coefficients) (irrational rational) (determinant) (simplify) (factor factorise factorize) (chi squared) (converge converges diverges) (asymptote) (parabola ellipse) (binomial poisson gaussian) (consecutive) (inequality) (subset bijection injective surjective) (differential) (laplace fourier) (regression) (sphere cone cylinder) (wurzel racine raíz radice) (distributed distribution) (primzahl primzahlen premiers primos primi) (compound)",
		1: "(solve löse résous résoudre resuelve resolva risolvi) (calculate compute berechne calcule calcula calculer calcola) (sum summe somme suma soma) (average mean) (percent percentage prozent) (product) (ratio) (angle angles) (area volume) " +
			"(square root roots) (even odd) (numbers) (ways) (arrange arranged arrangements) (dice die rolling coin coins cards) (find) (together altogether) (sequence series) (slope intercept) (correlation) (odds) (dozen) (divided divide) (multiply multiplied) (subtract) (minus) (equals) (decimal) (gradient) (perpendicular parallel) (degrees) (rechne berechnen) (pourcentage porcentaje percentuale porcentagem) (chance chances) (circle rectangle) (show) (median) (infinite infinitely unendlich) (cost costs) (digit digits) (fraction fractions) (total) (remainder) (interest) (speed velocity) (times) (half twice) (greater less) (real complex)",
	}
	stepWords = map[int]string{
		2: "(analyze analyse analysis analyzing analysiere analysieren analyser analiza analizar analise analizza analizzare analisi análisis análise) (compare contrast vergleiche vergleich comparer comparez compara compare confronta) (tradeoff tradeoffs offs) (strategy strategies strategie stratégie estrategia) (roadmap migration migrate) (evaluate assess bewerte évalue évaluer evalúa avalie valuta) " +
			"(hypothesis hypotheses) (architecture architect architektur) (diagnose) (critique) (swot) (feasibility feasible) (mitigate mitigation contingency) (negotiate negotiating negotiation) (dilemma) (refute rebut counterargument counterarguments) (investigate) (troubleshoot troubleshooting) (bottleneck bottlenecks) (redesign restructure) (riddle puzzle) (methodology) (erörtere) (empfehlen recommander recomendar raccomandare) (recommend recommendation recommendations empfehle empfiehl empfehlung recommande recommandez recomienda recomende raccomanda) (scale scales scaling) (prioritise prioritize) (design entwirf conçois diseña progetta projete) (justify begründe)",
		1: "(plan planning planen planifica planeje pianifica) (develop entwickle) (should sollte sollten conviene) (suggest propose) (effect effects) (enforceable liable legal) (downtime) (realistic) (scenario scenarios) (framework) (ethical ethics) (argue) (interpret examine) (versus vs) (decide decision entscheiden entscheidung décider décision decidir decisión decisione decisão) (konsequenzen conséquences consecuencias conseguenze) (risiken risques riesgos rischi riscos) (wieso) (happen happens) (tax taxes) (weigh abwägen abwäge) (cause causes ursachen causas cause) (system systems platform schema infrastructure service services application) (fallacies fallacy logical) (financial) (dependencies milestones) (argument arguments) (stakeholders) (ventajas inconvenientes vorteile nachteile avantages inconvénients desventajas vantaggi vantagens svantaggi) (hire choose elegir choisir scegliere escolher) (budget) (order) (taller older younger heavier faster slower) (improve) (microservices monolith) (impact) (limited) (team) (detailed) (steps step schritte schritt étapes étape pasos etapas passaggi) (then dann puis ensuite luego entonces depois poi) (first zuerst primero primeiro prima) (finally schließlich enfin finalmente infine) (second third) (next danach) " +
			"(why whys warum pourquoi perché) (explain erkläre expliquez explique explica spiega) (consider considering) (constraints constraint) (pros cons) (risks risk) (because therefore) (implications consequences) (options alternatives) (reason reasoning) (given assume suppose) (optimal optimize) (multiple several)",
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

// Marks with a meaning of their own.
const (
	idJSON = 1 + iota
	idQuantity
	idFence
	idOperator
	idSymbol
	idChore
	idProse
	idFirst // of the others
)

// mathMarks are single marks that formulas hold: a backslash begins what TeX calls a command.
var mathMarks = map[string]uint8{"\\": 2, "^": 1, "=": 1, "+": 1, "$": 1, "$$": 2, "%": 1, "*": 1}

// codeMarks are single marks of names and of what is quoted as code.
var codeMarks = map[string]uint8{"_": 1, "`": 1}

// operators are runs of punctuation that prose does not hold; one and the same cue. symbols are signs
// that mathematics uses and prose does not; another one.
const (
	operators = "() == != => -> :: && || += -= ++ (); ()) { }; {} [] []; <= >= </ /> := === !== ); }) }); ()); ();"
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
	{cueCode, 2, "代码 函数 编程 程序 脚本 算法 调试 爬虫 関数 実装 コー 正規"},
	{cueMath, 2, "证明 方程 积分 导数 概率 矩阵 定理 証明 積分 微分 確率 行列"},
	{cueMath, 1, "计算 求解 計算 解い 平均 总共 合計"},
	{cueSteps, 2, "利弊 分析 比较 设计 评估 策略 比較 設計 評価"},
	{cueSteps, 1, "建议 步骤 首先 然后 最后 为什 解释 手順 まず 次に 最後 なぜ 説明 计划 計画"},
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
	next := uint16(idFirst)
	for kind, lists := range []map[int]string{cueCode: codeWords, cueMath: mathWords, cueSteps: stepWords, cueLogic: logicWords, cueMake: makeWords} {
		for points := 2; points >= 1; points-- {
			for _, group := range groups(lists[points]) {
				t.all(group, mark{id: next, kind: uint8(kind), points: uint8(points)})
				next++
			}
		}
	}
	t.all(quantityWords, mark{id: idQuantity, kind: cueMath})
	t.all(choreWords, mark{id: idChore, kind: cueLogic})
	t.all(proseWords, mark{id: idProse, kind: cueLogic})
	t.all(jsonWords, mark{id: idJSON, kind: cueCode})
	t.all(operators, mark{id: idOperator, kind: cueCode, points: 2})
	t.all(fence, mark{id: idFence, kind: cueCode, points: enough})
	for kind, marks := range []map[string]uint8{cueCode: codeMarks, cueMath: mathMarks} {
		for sign, points := range marks {
			t.add(sign, mark{id: next, kind: uint8(kind), points: points})
			next++
		}
	}
	if next = t.signs(next); next > mostMarks {
		panic("routing: mostMarks is too small")
	}
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

// signs enters symbols and pairs of signs; it returns the next free id.
func (t *table) signs(next uint16) uint16 {
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
	return next
}
