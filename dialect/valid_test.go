package dialect

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzValid holds valid against the standard library.
func FuzzValid(f *testing.F) {
	for _, s := range []string{
		"", " ", "{}", "[ ]", `{"a":1,"b":[true,false,null,"x\n\u00e9\"",-0.5e+10,12]}`, `{"a":1,}`, `[1,]`, `{"a"}`, `{"a":}`, `{1:2}`, "01", "-", "1.", "1e", "-0",
		`"\x"`, `"\u12g4"`, `"\u12`, "\"\x01\"", "\"\x00", "nul", "{} x", "[1 2]", "\x00", `"eight by eight\\"`, "1\x00", strings.Repeat("[", 50) + strings.Repeat("]", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if tooDeep([]byte(s)) >= 0 {
			return
		}
		if got, want := valid(s), json.Valid([]byte(s)); got != want {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	})
}
