package classifier

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
)

// A model file is: the magic, the version and the length of the header (four bytes each, little
// endian), the header as JSON, the table (eight bytes a bucket), the SHA-256 of all that.
const (
	magic   = "OCKHAM/M"
	version = 1
	maxFile = 4 << 20
	prefix  = len(magic) + 8
)

// Header is everything in a model file but the table.
type Header struct {
	Training  Training        `json:"training"`
	WordScale [Heads]float32  `json:"word_scale"` // of the table's bytes, words
	GramScale [Heads]float32  `json:"gram_scale"` // of the table's bytes, byte groups
	Dense     [DenseSize]Norm `json:"dense"`
	Kinds     [3]float32      `json:"kinds"` // share of qa, math and code among the texts
	Text      Layer           `json:"text"`  // judges without a task
	Task      Layer           `json:"task"`  // judges with one
	Tasks     map[string]Task `json:"tasks"`
	Templates map[string]Task `json:"templates,omitempty"` // by Reading.Template
	Aims      []Aim           `json:"aims"`
	Unsure    Unsure          `json:"unsure"`
	Seen      Seen            `json:"seen"`  // the texts of training
	Terms     Seen            `json:"terms"` // the words of training
}

// Training says what the model came from.
type Training struct {
	Seed    uint64          `json:"seed"`
	Rows    int             `json:"rows"`
	Sources map[string]int  `json:"sources"`
	Data    string          `json:"data"` // SHA-256 of the rows, in the order they were read
	Config  json.RawMessage `json:"config"`
}

//go:embed model.bin
var embedded []byte

// Default is the model that ships with the program.
var Default = sync.OnceValue(func() *Model {
	m, err := Load(bytes.NewReader(embedded))
	if err != nil {
		panic("classifier: the embedded model: " + err.Error()) // a broken build, caught by any test
	}
	return m
})

// Load reads a model file. A file that is damaged, cut or of another version is an error that says so.
func Load(from io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read classifier model: %w", err)
	}
	if err := verify(data); err != nil {
		return nil, fmt.Errorf("classifier model: %w", err)
	}
	size := int(binary.LittleEndian.Uint32(data[len(magic)+4:]))
	var h Header
	dec := json.NewDecoder(bytes.NewReader(data[prefix : prefix+size]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, fmt.Errorf("classifier model: header: %w", err)
	}
	table := make([]uint64, Buckets)
	for i := range table {
		table[i] = binary.LittleEndian.Uint64(data[prefix+size+8*i:])
	}
	return New(h, table)
}

// verify checks the frame of a model file before anything in it is believed.
func verify(data []byte) error {
	if len(data) > maxFile {
		return fmt.Errorf("larger than %d bytes", maxFile)
	}
	if len(data) < prefix+sha256.Size || string(data[:len(magic)]) != magic {
		return errors.New("not a model file of ockham")
	}
	if v := binary.LittleEndian.Uint32(data[len(magic):]); v != version {
		return fmt.Errorf("version %d, this program reads version %d: train it anew", v, version)
	}
	size := int64(binary.LittleEndian.Uint32(data[len(magic)+4:]))
	if want := int64(prefix) + size + 8*Buckets + sha256.Size; int64(len(data)) != want {
		return fmt.Errorf("%d bytes where %d are announced: the file is cut or damaged", len(data), want)
	}
	body := data[:len(data)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return errors.New("the checksum does not match: the file is damaged")
	}
	return nil
}

// New makes a model of its parts, which training does; table has Buckets rows.
func New(h Header, table []uint64) (*Model, error) {
	m := &Model{header: h, table: table}
	if len(table) != Buckets {
		return nil, fmt.Errorf("classifier model: %d buckets instead of %d", len(table), Buckets)
	}
	if len(h.Aims) == 0 {
		return nil, errors.New("classifier model: no table of aims")
	}
	for i := range h.Dense {
		if !(h.Dense[i].Spread > 0) {
			return nil, fmt.Errorf("classifier model: the spread of feature %q is not positive", denseNames[i])
		}
	}
	if !h.Text.valid() || !h.Task.valid() {
		return nil, errors.New("classifier model: a tree asks about an input that there is not")
	}
	for i, a := range h.Aims {
		if i > 0 && !(a.Aim > h.Aims[i-1].Aim) {
			return nil, errors.New("classifier model: the table of aims does not rise")
		}
	}
	templates, err := readTemplates(h.Templates)
	if err != nil {
		return nil, fmt.Errorf("classifier model: templates: %w", err)
	}
	m.templates = templates
	m.scratch.New = func() any { return m.NewReading() }
	if s := m.Score("Which of these is true?", ""); math.IsNaN(s.Need + s.Small + s.Large) {
		return nil, errors.New("classifier model: it answers with no number")
	}
	return m, nil
}

// NewReading makes room for the largest text, so that no call allocates.
func (m *Model) NewReading() *Reading {
	return &Reading{
		Words: make([]uint32, 0, 2*(headBytes+tailBytes)),
		Grams: make([]uint32, 0, 3*(headBytes+tailBytes)),
		Terms: make([]uint64, 0, headBytes+tailBytes),
		Met:   m.header.Terms,
	}
}

// With is a model that shares m's table and has another header.
func (m *Model) With(h Header) (*Model, error) { return New(h, m.table) }

// Header returns what the file says beside the table.
func (m *Model) Header() Header { return m.header }

// WriteTo writes m as a model file.
func (m *Model) WriteTo(to io.Writer) (int64, error) {
	data, err := m.bytes()
	if err != nil {
		return 0, err
	}
	n, err := to.Write(data)
	return int64(n), err
}

// Checksum is the hexadecimal SHA-256 by which reports name the model.
func (m *Model) Checksum() string {
	data, err := m.bytes()
	if err != nil {
		return ""
	}
	return hex.EncodeToString(data[len(data)-sha256.Size:])
}

func (m *Model) bytes() ([]byte, error) {
	header, err := json.Marshal(m.header)
	if err != nil {
		return nil, fmt.Errorf("write classifier model: %w", err)
	}
	data := binary.LittleEndian.AppendUint32([]byte(magic), version)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(header)))
	data = append(data, header...)
	for _, row := range m.table {
		data = binary.LittleEndian.AppendUint64(data, row)
	}
	sum := sha256.Sum256(data)
	return append(data, sum[:]...), nil
}
