package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// source gives out credentials that live for life, slowly or not at all on demand.
type source struct {
	calls atomic.Int64
	life  time.Duration
	fail  atomic.Bool
	wait  chan struct{} // nil: no wait
}

func (s *source) Retrieve(ctx context.Context) (aws.Credentials, error) {
	s.calls.Add(1)
	if s.wait != nil {
		<-s.wait
	}
	if s.fail.Load() {
		return aws.Credentials{}, errors.New("the source is down")
	}
	return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", CanExpire: true, Expires: time.Now().Add(s.life)}, nil
}

func newTestPatient(s *source) *patient { return newPatient(s, slog.New(slog.DiscardHandler)) }

// A source that fails is not felt while the credentials at hand are valid, and is not asked by every request.
func TestCredentialsOutliveTheirSource(t *testing.T) {
	s := &source{life: time.Minute}
	p := newTestPatient(s)
	if _, err := p.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.fail.Store(true)
	p.held.Load().got = time.Now().Add(-time.Minute)
	p.due.Store(0)
	for range 100 {
		if c, err := p.Retrieve(t.Context()); err != nil || c.AccessKeyID != "AKID" {
			t.Fatalf("got %v, %v, want the credentials that are still valid", c.AccessKeyID, err)
		}
	}
	if n := s.calls.Load(); n > 2 {
		t.Errorf("the source was asked %d times, want once more at most", n)
	}
}

// Many requests at the first moment ask once.
func TestCredentialsAreFetchedOnce(t *testing.T) {
	s := &source{life: time.Hour, wait: make(chan struct{})}
	p := newTestPatient(s)
	got := make(chan error)
	for range 50 {
		go func() {
			_, err := p.Retrieve(t.Context())
			got <- err
		}()
	}
	for s.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(s.wait)
	for range 50 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
	if n := s.calls.Load(); n != 1 {
		t.Errorf("the source was asked %d times, want 1", n)
	}
}

// A request does not wait for a source that hangs as long as Envoy would.
func TestCredentialsThatNeverCome(t *testing.T) {
	s := &source{wait: make(chan struct{})}
	defer close(s.wait)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := newTestPatient(s).Retrieve(ctx); err == nil {
		t.Error("got credentials from a source that hangs")
	}
}

// Credentials that AWS refuses are fetched anew, but not once for each of the refusals.
func TestRefusedCredentialsAreRenewed(t *testing.T) {
	s := &source{life: time.Hour}
	p := newTestPatient(s)
	fetch := func() {
		if _, err := p.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fetch()
	p.held.Load().got = time.Now().Add(-time.Minute)
	for range 10 {
		p.Invalidate()
		fetch()
	}
	if n := s.calls.Load(); n != 2 {
		t.Errorf("the source was asked %d times, want 2", n)
	}
}
