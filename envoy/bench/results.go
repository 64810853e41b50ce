package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// results are what a run found, as build/bench.json holds them.
type results struct {
	Machine string  `json:"machine"`
	Go      string  `json:"go"`
	Date    string  `json:"date"`
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"`
	Cases   []found `json:"cases"`
	Scale   *scale  `json:"scale,omitempty"`
}

// found is one case: medians over the rounds, and the quartiles of what is compared.
type found struct {
	key
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	First      float64 `json:"first_token_ms"`
	RPS        float64 `json:"rps"`
	CPUEnvoy   float64 `json:"cpu_us_envoy"`
	CPUService float64 `json:"cpu_us_service"`
	Allocs     float64 `json:"allocs"`
	Bytes      float64 `json:"bytes"`

	// Against the empty service in the same round: the share of its throughput, how much more the median
	// request took, and how many times its CPU the service used.
	Ratio       float64 `json:"ratio_to_empty"`
	RatioLow    float64 `json:"ratio_to_empty_low"`
	RatioHigh   float64 `json:"ratio_to_empty_high"`
	Added       float64 `json:"added_p50_ms"`
	AddedLow    float64 `json:"added_p50_ms_low"`
	AddedHigh   float64 `json:"added_p50_ms_high"`
	CPURatio    float64 `json:"cpu_ratio_to_empty"` // of Envoy and service together
	ServiceLow  float64 `json:"cpu_us_service_low"`
	ServiceHigh float64 `json:"cpu_us_service_high"`
}

func summarize(o *options, keys []key, samples map[key][]sample) *results {
	res := &results{
		Machine: machine(), Go: runtime.Version(), Date: time.Now().UTC().Format(time.DateOnly), Rounds: o.rounds, Seconds: o.seconds,
	}
	for _, k := range keys {
		res.Cases = append(res.Cases, find(k, samples[k], samples[k.empty()]))
	}
	return res
}

// find sums up the rounds of one case; empty are the rounds of the empty service.
func find(k key, s, empty []sample) found {
	of := func(pick func(i int) float64) (low, middle, high float64) {
		values := make([]float64, len(s))
		for i := range s {
			values[i] = pick(i)
		}
		return quartiles(values)
	}
	middle := func(pick func(s *sample) float64) float64 {
		_, m, _ := of(func(i int) float64 { return pick(&s[i]) })
		return m
	}
	f := found{
		key: k,
		P50: middle(func(s *sample) float64 { return s.p50 }), P99: middle(func(s *sample) float64 { return s.p99 }),
		First:    middle(func(s *sample) float64 { return s.first }),
		RPS:      middle(func(s *sample) float64 { return s.rps }),
		CPUEnvoy: middle(func(s *sample) float64 { return s.cpuEnvoy }),
		Allocs:   middle(func(s *sample) float64 { return s.allocs }),
		Bytes:    middle(func(s *sample) float64 { return s.bytes }),
	}
	f.ServiceLow, f.CPUService, f.ServiceHigh = of(func(i int) float64 { return s[i].cpuService })
	f.RatioLow, f.Ratio, f.RatioHigh = of(func(i int) float64 { return s[i].rps / empty[i].rps })
	f.AddedLow, f.Added, f.AddedHigh = of(func(i int) float64 { return s[i].p50 - empty[i].p50 })
	_, f.CPURatio, _ = of(func(i int) float64 {
		return (s[i].cpuEnvoy + s[i].cpuService) / (empty[i].cpuEnvoy + empty[i].cpuService)
	})
	return f
}

// quartiles returns the first, the median and the third, to four digits.
func quartiles(values []float64) (low, middle, high float64) {
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 {
		place := q * float64(len(sorted)-1)
		i := int(place)
		v := sorted[i]
		if i+1 < len(sorted) {
			v += (place - float64(i)) * (sorted[i+1] - sorted[i])
		}
		return round(v)
	}
	return at(.25), at(.5), at(.75)
}

func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// machine describes where the figures come from.
func machine() string {
	cpu := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	release, _, _ := strings.Cut(strings.TrimSpace(string(kernel)), "-")
	return fmt.Sprintf("%d × %s, Linux %s", runtime.NumCPU(), cpu, release)
}

func readResults(file string) (*results, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	res := &results{}
	if err := json.Unmarshal(text, res); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return res, nil
}

// publish prints the results and writes the files that were asked for.
func (res *results) publish(o *options) error {
	res.print(os.Stdout)
	text, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	if err := write(o.out, append(text, '\n')); err != nil {
		return err
	}
	if err := write(o.plot, res.picture()); err != nil {
		return err
	}
	fmt.Printf("\nwritten: %s, %s\n", o.out, o.plot)
	if o.docs == "" {
		return nil
	}
	return res.document(o.docs)
}

func write(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
