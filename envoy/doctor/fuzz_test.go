package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"ockham/envoy"
	"ockham/envoy/doctor"
)

// FuzzExamine: whatever a file holds, doctor answers.
func FuzzExamine(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	b, err := envoy.Bootstrap(envoy.Params{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"configs":[{"@type":"x.ListenersConfigDump","dynamic_listeners":[{"active_state":{"listener":{"filter_chains":[{}]}}}]}]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = doctor.Examine(data, doctor.Options{})
	})
}
