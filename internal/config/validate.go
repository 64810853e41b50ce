package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ockham/routing"
)

// Check lists everything that is wrong with c.
func (c *Config) Check() Faults {
	v := &validator{c: c}
	v.ranges(reflect.ValueOf(c).Elem(), "")
	v.server()
	v.bedrock()
	v.models()
	v.pipes()
	v.tasks()
	v.inputs()
	v.rules()
	v.otherwise()
	v.bounds()
	v.routes()
	v.budgets()
	v.prompts()
	return v.faults
}

// Joined returns all faults of several sources in the order of the file, or nil.
func Joined(lists ...Faults) error { return slices.Concat(lists...).orNil() }

// validator collects what is wrong. Its methods stand in the order of the file.
type validator struct {
	c      *Config
	faults Faults
}

// fault adds a fault, unless the field could not be read in the first place.
func (v *validator) fault(path, format string, args ...any) {
	if !v.c.readBadly(path) {
		v.faults = append(v.faults, v.c.Fault(path, format, args...))
	}
}

// ranges checks what the tags of the fields say: enum, min, max, required.
func (v *validator) ranges(x reflect.Value, path string) {
	switch x.Kind() {
	case reflect.Pointer:
		if !x.IsNil() {
			v.ranges(x.Elem(), path)
		}
	case reflect.Map:
		for _, k := range x.MapKeys() {
			if x.Type().Elem().Kind() != reflect.Interface {
				v.ranges(x.MapIndex(k), join(path, k.String()))
			}
		}
	case reflect.Slice:
		for i := range x.Len() {
			v.ranges(x.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		for i := range x.NumField() {
			if f := x.Type().Field(i); f.Tag.Get("yaml") != "" {
				at := join(path, f.Tag.Get("yaml"))
				v.tagged(x.Field(i), f.Tag, at)
				v.ranges(x.Field(i), at)
			}
		}
	}
}

func (v *validator) tagged(x reflect.Value, tag reflect.StructTag, path string) {
	if tag.Get("required") != "" && (x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0) {
		v.fault(path, "is required")
	}
	if list := tag.Get("enum"); list != "" {
		v.oneOf(x, strings.Split(list, "|"), path)
	}
	for x.Kind() == reflect.Pointer && !x.IsNil() {
		x = x.Elem()
	}
	var n float64
	switch x.Kind() {
	case reflect.Int:
		n = float64(x.Int())
	case reflect.Float64:
		n = x.Float()
	default:
		return
	}
	if low, err := strconv.ParseFloat(tag.Get("min"), 64); err == nil && n < low {
		v.fault(path, "must be at least %s, not %v", tag.Get("min"), n)
	}
	if high, err := strconv.ParseFloat(tag.Get("max"), 64); err == nil && n > high {
		v.fault(path, "must be at most %s, not %v", tag.Get("max"), n)
	}
}

func (v *validator) oneOf(x reflect.Value, allowed []string, path string) {
	if x.Kind() == reflect.Slice {
		for i := range x.Len() {
			v.oneOf(x.Index(i), allowed, fmt.Sprintf("%s[%d]", path, i))
		}
		return
	}
	if x.Kind() != reflect.String || slices.Contains(allowed, x.String()) {
		return
	}
	words := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	v.fault(path, "%q is none of %s%s", x.String(), strings.Join(words, ", "), routing.Suggest(x.String(), words))
}

// word checks a name that shows in response headers and metrics.
func (v *validator) word(at, name string) {
	odd := func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"'`\\,;{}[]()<>", r)
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, odd) {
		v.fault(at, "a name is up to 64 letters, digits and signs like - _ . : without blanks")
	}
}

func (v *validator) mark(path string) (mark, bool) {
	if v.c.marks == nil {
		return mark{}, false
	}
	m, ok := v.c.marks.at[path]
	return m, ok
}

// sorted goes through a map in the order of its keys, so that faults come in the same order each time.
func sorted[T any](m map[string]T) func(yield func(string, T) bool) {
	return func(yield func(string, T) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
