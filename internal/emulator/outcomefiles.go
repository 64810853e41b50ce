package emulator

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// loadOutcomes reads all files. Errors name the file and the line.
func loadOutcomes(files []string, rates string, seed uint64) (*outcomes, error) {
	o := &outcomes{prompts: newPromptIndex(), seed: seed, small: smallest()}
	withAnswers := ""
	for _, file := range files {
		answers, err := o.load(file)
		if err != nil {
			return nil, err
		}
		if answers {
			withAnswers = file
		}
	}
	if rates == "" {
		if withAnswers != "" {
			return nil, fmt.Errorf("%s holds requests with answers: they need a file of success rates", withAnswers)
		}
		return o, nil
	}
	var err error
	o.rates, err = loadRates(rates)
	return o, err
}

func smallest() *Model {
	for _, m := range Models() {
		if m.Small() {
			return &m
		}
	}
	return nil
}

const maxLine = 64 << 20

// load tells whether the file holds answers, which need rates.
func (o *outcomes) load(file string) (answers bool, err error) {
	opened, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer opened.Close()
	reader, err := unpacked(file, opened)
	if err != nil {
		return false, fmt.Errorf("%s: %w", file, err)
	}
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 1<<20), maxLine)
	number := 0
	for lines.Scan() {
		number++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		known, err := readKnown(lines.Bytes())
		if err != nil {
			return false, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		answers = answers || !known.scored
		o.prompts.add(known)
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("%s:%d: %w", file, number+1, err)
	}
	if number == 0 {
		return false, fmt.Errorf("%s is empty", file)
	}
	return answers, nil
}

func unpacked(file string, opened io.Reader) (io.Reader, error) {
	if strings.HasSuffix(file, ".gz") {
		return gzip.NewReader(opened)
	}
	return opened, nil
}

// outcomeLine has the fields of both forms that matter here.
type outcomeLine struct {
	ID           string          `json:"id"`
	Kind         string          `json:"kind"`
	Prompt       string          `json:"prompt"`
	WeakScore    *float64        `json:"weak_score"`
	StrongScore  *float64        `json:"strong_score"`
	WeakFormatOK *bool           `json:"weak_format_ok"`
	Request      json.RawMessage `json:"request"`
	Right        *string         `json:"right"`
	Wrong        []wrongAnswer   `json:"wrong"`
}

func readKnown(line []byte) (*knownPrompt, error) {
	var l outcomeLine
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, err
	}
	if l.ID == "" {
		return nil, errors.New(`"id" is missing`)
	}
	known := &knownPrompt{id: l.ID, kind: l.Kind}
	var err error
	if l.Request == nil {
		err = l.score(known)
	} else {
		err = l.answers(known)
	}
	if err == nil && known.prompt == "" {
		err = errors.New("the prompt is empty")
	}
	return known, err
}

// score reads a line of recorded outcomes.
func (l *outcomeLine) score(known *knownPrompt) error {
	for name, score := range map[string]*float64{"weak_score": l.WeakScore, "strong_score": l.StrongScore} {
		if score == nil {
			return fmt.Errorf("%q is missing; a line has either scores or a request with answers", name)
		}
		if !(*score >= 0 && *score <= 1) {
			return fmt.Errorf("%q is %v, not between 0 and 1", name, *score)
		}
	}
	known.scored, known.small, known.large = true, *l.WeakScore, *l.StrongScore
	known.formatWrong = l.WeakFormatOK != nil && !*l.WeakFormatOK
	known.prompt = normalize(l.Prompt)
	return nil
}

// answers reads a line of a request with its right and wrong answers.
func (l *outcomeLine) answers(known *knownPrompt) error {
	if l.Right == nil || len(l.Wrong) == 0 {
		return errors.New(`"right" and at least one "wrong" answer are needed`)
	}
	known.right, known.wrong = *l.Right, l.Wrong
	for i, w := range l.Wrong {
		if w.How == "" {
			return fmt.Errorf(`"wrong" %d has no "how"`, i+1)
		}
		if w.Text == "" && w.How == "cut" {
			known.wrong[i].Text = halfOf(known.right)
		}
	}
	prompt, err := promptOf(l.Request)
	known.prompt = normalize(prompt)
	return err
}

// promptOf is the last user text of a generate request.
func promptOf(request json.RawMessage) (string, error) {
	var r struct {
		Prompt   string `json:"prompt"`
		Messages []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(request, &r); err != nil {
		return "", fmt.Errorf("request: %w", err)
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if r.Messages[i].Role == "user" {
			return r.Messages[i].Content, nil
		}
	}
	return r.Prompt, nil
}

func loadRates(file string) ([]rate, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var table struct {
		AsOf    string            `json:"as_of"`
		Note    string            `json:"note"`
		Sources []json.RawMessage `json:"sources"`
		Rates   []rate            `json:"rates"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&table); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, r := range table.Rates {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%s: rates[%d]: %w", file, i, err)
		}
	}
	return table.Rates, nil
}

func (r rate) check() error {
	if r.Models == "" || r.Kind == "" {
		return errors.New(`"models" and "kind" are needed; * stands for all`)
	}
	if r.Right == nil || !(*r.Right >= 0 && *r.Right <= 1) {
		return errors.New(`"right" must be between 0 and 1`)
	}
	for how, weight := range r.Wrong {
		if !(weight >= 0) {
			return fmt.Errorf("wrong.%s is %v, not a weight", how, weight)
		}
	}
	return nil
}
