package doctor_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"ockham/envoy"
	"ockham/envoy/doctor"
	"ockham/envoy/envoytest"
)

// rendered is a clean bootstrap with everything in it.
func rendered(t *testing.T) string {
	t.Helper()
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: "unix:/run/ockham/ockham.sock", HTTP: "127.0.0.1:8083",
		WebSocket: true, AccessLog: "/dev/null",
		Regions:  []envoy.Region{{Name: "us-east-1"}, {Name: "us-west-2"}},
		Profiles: []envoy.Profile{{Name: "voice", Header: "x-bot", Value: "voice"}},
		Auth:     &envoy.Auth{Keys: []envoy.Key{{Client: "a", Key: "k"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// examine lists the traps found, each once.
func examine(t *testing.T, config string, o doctor.Options) []string {
	t.Helper()
	findings, err := doctor.Examine([]byte(config), o)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range findings {
		t.Logf("%s: %s: %s", f.Trap, f.Where, f.What)
		names[f.Trap] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func TestWhatIsRenderedIsClean(t *testing.T) {
	config := rendered(t)
	if got := examine(t, config, doctor.Options{EnvoyVersion: "1.40.0"}); len(got) != 0 {
		t.Errorf("bootstrap: found %v, want nothing", got)
	}
	limited, err := envoy.Bootstrap(envoy.Params{
		RateLimit: "127.0.0.1:8081", Budgets: []envoy.Budget{{Name: "daily", By: "all", USD: 1, Window: 24 * time.Hour}},
		Replicas: []envoy.Address{"127.0.0.1:9003"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := examine(t, string(limited), doctor.Options{}); len(got) != 0 {
		t.Errorf("bootstrap with budgets: found %v, want nothing", got)
	}
	e := envoytest.Envoy(t, []byte(config))
	dump := e.AdminGet(t, "/config_dump")
	if got := withoutAge(examine(t, dump, doctor.Options{})); len(got) != 0 {
		t.Errorf("config_dump: found %v, want nothing", got)
	}
	broken := strings.ReplaceAll(dump, `"request_body_mode": "BUFFERED"`, `"request_body_mode": "STREAMED"`)
	if got, want := withoutAge(examine(t, broken, doctor.Options{})), []string{"mode-request-body"}; !slices.Equal(got, want) {
		t.Errorf("config_dump with a wrong mode: found %v, want %v", got, want)
	}
}

// withoutAge leaves out what is only said of the Envoy that the tests happen to run with.
func withoutAge(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "version" || name == "local-replies-skip-filter" || name == "cve-2026-47207"
	})
}

func TestVersions(t *testing.T) {
	clean := rendered(t)
	flagged := "layered_runtime:\n  layers:\n  - name: static\n    static_layer: {envoy.reloadable_features.skip_ext_proc_on_local_reply: false}\n" + clean
	for _, tt := range []struct {
		version, config string
		want            []string
	}{
		{"1.35.0", clean, []string{"cve-2026-47207", "version"}},
		{"1.36.4", clean, []string{"cve-2026-47207", "local-replies-skip-filter"}},
		{"1.36.4", flagged, []string{"cve-2026-47207"}},
		{"1.36.9", flagged, nil},
		{"1.37.0", clean, []string{"cve-2026-47207"}},
		{"1.37.5", clean, nil},
		{"1.38.2", clean, []string{"cve-2026-47207"}},
		{"1.38.3", clean, nil},
		{"abcdef/1.39.0/Clean/RELEASE/BoringSSL", clean, nil},
	} {
		if got := examine(t, tt.config, doctor.Options{EnvoyVersion: tt.version}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: found %v, want %v", tt.version, got, tt.want)
		}
	}
	if _, err := doctor.Examine([]byte(clean), doctor.Options{EnvoyVersion: "new"}); err == nil {
		t.Error("version new: got no error, want one")
	}
}

// TestWhatTheServiceMeets: the service knows some traps from what Envoy sends.
func TestWhatTheServiceMeets(t *testing.T) {
	right := doctor.Met{Version: "1.40.0", RequestBody: "BUFFERED", ResponseBody: "FULL_DUPLEX_STREAMED"}
	for _, tt := range []struct {
		met  doctor.Met
		want string
	}{
		{right, ""},
		{doctor.Met{}, ""},
		{doctor.Met{Version: "1.35.9"}, "version cve-2026-47207"},
		{doctor.Met{Version: "1.36.9"}, "local-replies-skip-filter"},
		{doctor.Met{Version: "1.38.0"}, "cve-2026-47207"},
		{doctor.Met{Upstream: true, Twice: true}, "upstream-filter two-filters"},
		{doctor.Met{RequestBody: "STREAMED", ResponseBody: "NONE"}, "mode-request-body mode-response-body"},
		{doctor.Met{Host: true}, "mutation-rules"},
	} {
		var names []string
		for _, f := range tt.met.Findings() {
			names = append(names, f.Trap)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%+v: found %q, want %q", tt.met, got, tt.want)
		}
	}
}

func TestSocket(t *testing.T) {
	config := rendered(t)
	there := func(path string) bool { return path == "/run/ockham/ockham.sock" }
	nowhere := func(string) bool { return false }
	if got := examine(t, config, doctor.Options{Exists: there}); len(got) != 0 {
		t.Errorf("with its socket: found %v, want nothing", got)
	}
	if got, want := examine(t, config, doctor.Options{Exists: nowhere}), []string{"no-socket"}; !slices.Equal(got, want) {
		t.Errorf("without: found %v, want %v", got, want)
	}
}

func TestUnreadable(t *testing.T) {
	for name, config := range map[string]string{
		"empty": "", "no YAML": "a: [", "no JSON": `{"a":`, "another file": "a: 1", "a list": "- 1", "a Deployment": "apiVersion: apps/v1\nkind: Deployment\n",
		"binary": "\x7fELF\x02\x00", "compressed": "\x1f\x8b\x08\xff", "comments": "# nothing\n---\n# at all\n",
		"a template": "{{ if .Values.x }}\na: b\n{{ end }}\n",
		"deep":       strings.Repeat("[", 100000),
	} {
		if _, err := doctor.Examine([]byte(config), doctor.Options{}); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
	if _, err := doctor.Examine([]byte("a: 1"), doctor.Options{}); !errors.Is(err, doctor.ErrUnreadable) {
		t.Errorf("got %v, want ErrUnreadable", err)
	}
}

// TestShapes reads one configuration in every shape in which tools write it.
func TestShapes(t *testing.T) {
	b, err := os.ReadFile("testdata/istio-behind-router.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plain := string(b)
	want := examine(t, plain, doctor.Options{})
	var v map[string]any
	if err := yaml.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	other := map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}
	for name, config := range map[string]string{
		"several documents":  "---\na: b\n---\n" + plain,
		"Helm's output":      "---\n# Source: a/templates/empty.yaml\n---\n# Source: a/templates/filter.yaml\n" + plain + "---\n# Source: a/templates/notes.yaml\n",
		"JSON":               encode(v),
		"several JSON":       encode(other) + "\n" + encode(v),
		"a List":             encode(map[string]any{"apiVersion": "v1", "kind": "List", "items": []any{other, v}}),
		"an EnvoyFilterList": encode(map[string]any{"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilterList", "items": []any{v}}),
		"CRLF":               strings.ReplaceAll(plain, "\n", "\r\n"),
		"a byte order mark":  "\ufeff" + plain,
	} {
		if got := examine(t, config, doctor.Options{}); !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", name, got, want)
		}
	}
	_, err = doctor.Examine([]byte("---\na: b\n---\nc: d\nc: e\n"), doctor.Options{})
	if err == nil || !strings.Contains(err.Error(), "[5:1]") {
		t.Errorf("a fault in the second document: got %v, want its line, 5", err)
	}
}

// TestFiles reads resources of Istio and Envoy Gateway: NAME.yaml has the traps that its first line,
// "# traps: a, b", names.
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %v, %d files", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			config, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(config), "\n")
			want := strings.FieldsFunc(strings.TrimPrefix(first, "# traps:"), func(r rune) bool { return r == ',' || r == ' ' })
			got := examine(t, string(config), doctor.Options{})
			if diff := cmp.Diff(want, got, cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Errorf("traps (-want +got):\n%s", diff)
			}
		})
	}
}
