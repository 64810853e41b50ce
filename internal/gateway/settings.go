package gateway

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"ockham/envoy/doctor"
	"ockham/extproc"
)

// settings remembers how the Envoys that call are configured, to tell what is wrong with them.
type settings struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[extproc.Setting]time.Time
}

const (
	// recent is how long a configuration counts after its last request.
	recent = 5 * time.Minute
	// maxSettings bounds how many are kept apart.
	maxSettings = 100
)

func newSettings(log *slog.Logger) *settings {
	return &settings{log: log, now: time.Now, seen: map[extproc.Setting]time.Time{}}
}

// heard notes a request's setting, and logs what is wrong with one that is new.
func (s *settings) heard(setting extproc.Setting) {
	if !s.note(setting) {
		return
	}
	for _, f := range doctor.Met(setting).Findings() {
		s.log.Warn("Envoy's configuration is wrong for Ockham", "trap", f.Trap, "seen", f.What, "harm", f.Harm, "fix", f.Fix)
	}
}

func (s *settings) note(setting extproc.Setting) (isNew bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.seen[setting]
	if !known && len(s.seen) >= maxSettings {
		clear(s.seen)
	}
	s.seen[setting] = s.now()
	return !known
}

// warnings tells what is wrong with the Envoys of the last minutes.
func (s *settings) warnings() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for setting, at := range s.seen {
		if s.now().Sub(at) > recent {
			continue
		}
		for _, f := range doctor.Met(setting).Findings() {
			all = append(all, f.String())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// missingSocket is the path of a listening socket that somebody has removed, so that Envoy finds none.
func missingSocket(address string) string {
	path, isSocket := strings.CutPrefix(address, "unix:")
	if !isSocket {
		return ""
	}
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return path
	}
	return ""
}
