package extproc

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestLogsNameRequestAndTrace(t *testing.T) {
	for trace, want := range map[string]string{
		"": `level=ERROR msg="cannot sign" request_id=r1 err=why`,
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": `level=ERROR msg="cannot sign" request_id=r1 trace_id=0af7651916cd43dd8448eb211c80319c err=why`,
	} {
		var out bytes.Buffer
		x := &exchange{s: &Service{Log: slog.New(slog.NewTextHandler(&out, nil))}}
		x.out.ID, x.out.Trace = "r1", trace
		x.log().Error("cannot sign", "err", "why")
		if _, got, _ := strings.Cut(strings.TrimSpace(out.String()), " "); got != want {
			t.Errorf("trace %q: got %s, want %s", trace, got, want)
		}
	}
}
