package telemetry

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// TestLedgerPage: every field of a line stands in docs/ledger.md.
func TestLedgerPage(t *testing.T) {
	page := read(t, "../../docs/ledger.md")
	for name := range jsonFields(reflect.TypeFor[Record](), map[string]bool{}) {
		if !bytes.Contains(page, []byte("`"+name+"`")) && !bytes.Contains(page, []byte("."+name+"`")) {
			t.Errorf("docs/ledger.md does not tell of %s", name)
		}
	}
}

// jsonFields collects the names of t's fields and of those below, within this package.
func jsonFields(t reflect.Type, into map[string]bool) map[string]bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.HasSuffix(t.PkgPath(), "internal/telemetry") {
		return into
	}
	for field := range t.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			into[name] = true
		}
		jsonFields(field.Type, into)
	}
	return into
}
