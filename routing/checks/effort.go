package checks

import "strings"

// effort bounds what validating an answer can cost: a schema that reaches the same part of the answer in
// many ways costs their product, and one that does so while it recurses costs it anew at every level.
type effort struct {
	once   float64 // subschemas that may be applied to one value, by all ways
	deeper float64 // how that multiplies for every level of nesting
}

// maxEffort is about a second's work.
const maxEffort = 3e7

// allows tells whether an answer of so many bytes and levels may be validated.
func (e effort) allows(bytes, depth int) bool {
	cost := e.once * float64(1+bytes/8)
	for ; depth > 0 && cost <= maxEffort; depth-- {
		cost *= e.deeper
		if e.deeper <= 1 {
			break
		}
	}
	return cost <= maxEffort
}

// effortOf follows the schema's references, without end where it recurses. Ways that lead to different
// properties share nothing; those that lead to the same one multiply.
func effortOf(root any) effort {
	c := counter{root: root, open: map[string]string{"#": ""}, ways: map[string]int{}}
	once := c.weigh(root, "", 0)
	if c.steps > maxSteps {
		return effort{once: endless, deeper: 1}
	}
	deeper := 0
	for _, n := range c.ways {
		deeper = max(deeper, n)
	}
	return effort{once: once, deeper: float64(max(1, deeper+c.anywhere))}
}

// maxSteps bounds the counting itself, and endless is what a schema beyond it weighs.
const (
	maxSteps = 20_000
	endless  = 1e18
)

// counter adds up subschemas. A path is the way down through the answer that it stands for.
type counter struct {
	root     any
	steps    int
	open     map[string]string // references being followed, with the path at which each began
	ways     map[string]int    // recursions by the path from where they began
	anywhere int               // recursions whose path is not known
}

func (c *counter) weigh(v any, path string, depth int) float64 {
	if c.steps++; c.steps > maxSteps || depth > maxSchemaDepth {
		c.steps = maxSteps + 1
		return 0
	}
	sum := 1.0
	switch v := v.(type) {
	case map[string]any:
		for key, sub := range v {
			sum += c.keyword(key, sub, path, depth+1)
		}
	case []any:
		for _, sub := range v {
			sum += c.weigh(sub, path, depth+1)
		}
	case string:
		sum += float64(len(v)) / 64 // patterns, and words of an enum
	}
	return sum
}

func (c *counter) keyword(key string, sub any, path string, depth int) float64 {
	switch key {
	case "$defs", "definitions", "title", "description", "examples", "default", "$comment":
		return 0
	case "$ref", "$dynamicRef", "$recursiveRef":
		ref, _ := sub.(string)
		return c.reference(ref, path, depth)
	case "properties":
		return c.properties(sub, path, depth)
	case "items", "prefixItems", "contains", "additionalItems":
		path += "/[]"
	case "additionalProperties", "patternProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames":
		path += "/*"
	}
	return c.weigh(sub, path, depth)
}

func (c *counter) properties(v any, path string, depth int) float64 {
	sum := 0.0
	props, _ := v.(map[string]any)
	for name, sub := range props {
		sum += c.weigh(sub, path+"/"+name, depth+1)
	}
	return sum
}

func (c *counter) reference(ref, path string, depth int) float64 {
	if from, ok := c.open[ref]; ok {
		c.recursion(path[min(len(from), len(path)):])
		return 1
	}
	target, ok := resolve(c.root, ref)
	if !ok {
		target = c.root // an anchor or a new base: take it for the whole
	}
	c.open[ref] = path
	defer delete(c.open, ref)
	return c.weigh(target, path, depth)
}

func (c *counter) recursion(way string) {
	if strings.Contains(way, "/*") {
		c.anywhere++
		return
	}
	c.ways[way]++
}

// resolve follows a JSON pointer in a reference to the same document.
func resolve(root any, ref string) (any, bool) {
	if ref == "#" {
		return root, true
	}
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil, false
	}
	for _, part := range strings.Split(path, "/") {
		object, ok := root.(map[string]any)
		if !ok {
			return nil, false
		}
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		if root, ok = object[part]; !ok {
			return nil, false
		}
	}
	return root, true
}
