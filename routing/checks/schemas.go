package checks

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Bounds on a client's schema. One beyond them is not checked, and the verdict says so.
const (
	maxSchemaBytes = 256 << 10
	maxSchemaDepth = 128
	maxSchemaCache = 256 // schemas kept compiled
)

// schemas compiles what clients send and keeps what was used last; losing it costs time only.
type schemas struct {
	cache *lru.Cache[[32]byte, func() compiled]
}

// compiled is a schema ready for use, or why it cannot be used.
type compiled struct {
	schema  *jsonschema.Schema
	shape   *shape
	exact   bool // shape says all that schema does
	effort  effort
	problem string
}

func newSchemas() (*schemas, error) {
	cache, err := lru.New[[32]byte, func() compiled](maxSchemaCache)
	return &schemas{cache}, err
}

// get compiles doc once, however many ask at the same time.
func (s *schemas) get(doc []byte) compiled {
	if len(doc) > maxSchemaBytes {
		return compiled{problem: fmt.Sprintf("the schema is larger than %d KiB", maxSchemaBytes>>10)}
	}
	key := sha256.Sum256(doc)
	if c, ok := s.cache.Get(key); ok {
		return c()
	}
	once := sync.OnceValue(func() compiled { return compile(doc) })
	if old, ok, _ := s.cache.PeekOrAdd(key, once); ok {
		once = old
	}
	return once()
}

func compile(doc []byte) compiled {
	root, err := decode(string(doc), maxSchemaDepth)
	if err != nil {
		return compiled{problem: "the schema is not usable JSON: " + err.Error()}
	}
	schema, err := compileRoot(root)
	if err != nil {
		return compiled{problem: "the schema is refused: " + err.Error()}
	}
	c := compiled{schema: schema, effort: effortOf(root)}
	c.shape, c.exact = shapeOf(root)
	return c
}

// schemaURL names the client's schema; nothing is ever loaded from it.
const schemaURL = "request:///schema"

func compileRoot(root any) (schema *jsonschema.Schema, err error) {
	defer func() {
		if recover() != nil { // the library's promise that hostile schemas do not panic is not ours
			err = errors.New("it cannot be compiled")
		}
	}()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaURL, root); err != nil {
		return nil, shortened(err)
	}
	schema, err = c.Compile(schemaURL)
	if err != nil {
		return nil, shortened(err)
	}
	return schema, nil
}

// noLoader refuses references to other documents: a request must not make Ockham fetch anything.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("references to other documents are not followed")
}

// shortened keeps a client's schema from filling the log.
func shortened(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "..."
	}
	return errors.New(text)
}

// decode reads JSON nested at most depth deep. Numbers become float64, so that none costs more than its
// digits: a number such as 1e999999 is an error.
func decode(text string, depth int) (any, error) {
	if depthOf(text) > depth {
		return nil, fmt.Errorf("nested more than %d deep", depth)
	}
	var v any
	err := json.Unmarshal([]byte(text), &v)
	return v, err
}

// depthOf is how deeply JSON nests.
func depthOf(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i)
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// endOfString is where the string that begins at i ends.
func endOfString(text string, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
