package eval

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"ockham/routing/classifier"
)

// WriteScores writes id,score of every row.
func WriteScores(w io.Writer, rows []Row, scores []classifier.Score) error {
	buffered := bufio.NewWriter(w)
	c := csv.NewWriter(buffered)
	records := [][]string{{"id", "score"}}
	for i, r := range rows {
		records = append(records, []string{r.ID, strconv.FormatFloat(scores[i].Need, 'g', -1, 64)})
	}
	if err := c.WriteAll(records); err != nil {
		return err
	}
	return buffered.Flush()
}

// ReadScores reads the scores of another router: id,score a line, with or without that line as header.
// Every row must have one.
func ReadScores(path string, rows []Row) ([]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	byID, err := readScores(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := make([]float64, len(rows))
	for i, r := range rows {
		v, ok := byID[r.ID]
		if !ok {
			return nil, fmt.Errorf("%s: no score for row %q", path, r.ID)
		}
		out[i] = v
	}
	return out, nil
}

func readScores(from io.Reader) (map[string]float64, error) {
	c := csv.NewReader(bufio.NewReader(from))
	c.FieldsPerRecord = 2
	byID := map[string]float64{}
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return byID, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := c.FieldPos(0)
		v, err := strconv.ParseFloat(record[1], 64)
		switch {
		case err != nil && line == 1:
			continue // the header
		case err != nil || math.IsNaN(v):
			return nil, fmt.Errorf("line %d: the score is not a number", line)
		}
		byID[record[0]] = v
	}
}
