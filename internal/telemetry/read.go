package telemetry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxLine bounds a line of a ledger, so that a file without line ends cannot fill the memory.
const maxLine = 16 << 20

// BadLine says which line could not be read. A half-written last line is one of these.
type BadLine struct {
	Line int
	Err  error
}

func (e *BadLine) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *BadLine) Unwrap() error { return e.Err }

var errLineTooLong = errors.New("longer than 16 MiB")

// Line is one line of a file.
type Line struct {
	Number int
	Text   []byte // without space around it
}

// Lines yields the lines of r that are not empty, unpacked where r is gzipped. A line over the limit comes
// as a *BadLine, and the caller may go on; any other error ends the walk.
func Lines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		buffered, err := unpacked(r)
		if err != nil {
			yield(Line{}, err)
			return
		}
		for number := 1; ; number++ {
			text, err := readLine(buffered)
			if errors.Is(err, errLineTooLong) {
				if !yield(Line{}, &BadLine{Line: number, Err: err}) {
					return
				}
				continue
			}
			text = bytes.TrimSpace(text)
			if len(text) > 0 && !yield(Line{number, text}, nil) {
				return
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Line{}, err)
				return
			}
		}
	}
}

// unpacked undoes gzip where there is any, as the first two bytes tell.
func unpacked(r io.Reader) (*bufio.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if head, _ := buffered.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return bufio.NewReaderSize(z, 64<<10), nil
}

// readLine returns the next line, or io.EOF with the last one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		piece, err := r.ReadSlice('\n')
		if long = long || len(line)+len(piece) > maxLine; !long {
			line = append(line, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || err == io.EOF):
			return nil, errLineTooLong
		default:
			return line, err
		}
	}
}

// ReadLedger yields the records of a ledger. Lines that are no records come as *BadLine, and the
// caller goes on; any other error ends the walk.
func ReadLedger(r io.Reader) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for line, err := range Lines(r) {
			record, err := parseRecord(line, err)
			if !yield(record, err) {
				return
			}
		}
	}
}

func parseRecord(line Line, err error) (*Record, error) {
	if err != nil {
		return nil, err
	}
	record := &Record{}
	if err := json.Unmarshal(line.Text, record); err != nil {
		return nil, &BadLine{Line: line.Number, Err: err}
	}
	return record, nil
}
