package bedrock

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzAppendString writes what the standard library reads back as it was.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", `"`, `\`, "a\nb\tc\rd\x00\x1f\x7f", "größer, 漢字, 🙂", strings.Repeat("eight by", 3) + `"` + strings.Repeat("x", 9) + "\\", "\xff\xfe", "1234567\x80\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func BenchmarkAppendString(b *testing.B) {
	dst := make([]byte, 0, 256<<10)
	for name, s := range map[string]string{
		"english": strings.Repeat("The meeting moved to Monday, at the usual place. ", 2000),
		"lines":   strings.Repeat("The meeting moved to \"Monday\",\nat the usual place.\n", 2000),
		"russian": strings.Repeat("Собрание перенесено на понедельник. ", 2000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendString(dst[:0], s)
			}
		})
	}
}
