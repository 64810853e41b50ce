package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/singleflight"
)

// patient hands out credentials as long as they are valid, and has new ones fetched behind the requests'
// backs before they expire: a source (IMDS, STS) that is slow or fails is felt only once the last ones
// have run out. It is safe for concurrent use.
type patient struct {
	source *aws.CredentialsCache
	log    *slog.Logger
	held   atomic.Pointer[dated]
	// In nanoseconds since 1970: when the next renewal may begin, and when AWS last refused what was held.
	due, dropped atomic.Int64
	flight       singleflight.Group
}

// dated are credentials and when they were fetched.
type dated struct {
	aws.Credentials
	got time.Time
}

func (d *dated) fresh() bool { return d != nil && time.Since(d.got) < time.Second }

const (
	renewAhead = 5 * time.Minute  // of the end of credentials that live longer than that
	renewAgain = 5 * time.Second  // after a renewal that failed
	renewLimit = 30 * time.Second // for the source
	renewWait  = 5 * time.Second  // for a request that has none; less than Envoy waits for an answer
)

var errSlowSource = errors.New("the source of AWS credentials does not answer")

func newPatient(source aws.CredentialsProvider, log *slog.Logger) *patient {
	cache, ok := source.(*aws.CredentialsCache) // what LoadDefaultConfig gives
	if !ok {
		cache = aws.NewCredentialsCache(source)
	}
	return &patient{source: cache, log: log}
}

// Retrieve implements aws.CredentialsProvider.
func (p *patient) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c := p.held.Load()
	if c == nil || c.Expired() {
		return p.await(ctx)
	}
	if due := p.due.Load(); c.CanExpire && time.Now().UnixNano() > due && p.due.CompareAndSwap(due, due+int64(renewLimit)) {
		p.flight.DoChan("", p.renew)
	}
	return c.Credentials, nil
}

func (p *patient) await(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, renewWait, errSlowSource)
	defer cancel()
	select {
	case r := <-p.flight.DoChan("", p.renew):
		got, _ := r.Val.(aws.Credentials)
		return got, r.Err
	case <-ctx.Done():
		return aws.Credentials{}, context.Cause(ctx)
	}
}

// renew asks the source. Its own cache would answer with what is about to expire.
func (p *patient) renew() (any, error) {
	if c := p.held.Load(); c.fresh() { // for one that came too late for the renewal before
		return c.Credentials, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), renewLimit)
	defer cancel()
	p.source.Invalidate()
	c, err := p.source.Retrieve(ctx)
	now := time.Now()
	if err != nil {
		p.due.Store(now.Add(renewAgain).UnixNano())
		if p.held.Load() != nil {
			p.log.Warn("AWS credentials could not be renewed; the ones at hand are used while they are valid", "err", err)
		}
		return nil, err
	}
	left := c.Expires.Sub(now)
	p.due.Store(now.Add(max(left-renewAhead, left/2)).UnixNano())
	p.held.Store(&dated{c, now})
	return c, nil
}

// Invalidate drops credentials that AWS has refused, unless that was done just now: refusals of the ones
// before still arrive.
func (p *patient) Invalidate() {
	now, last := time.Now().UnixNano(), p.dropped.Load()
	if now-last > int64(time.Second) && p.dropped.CompareAndSwap(last, now) {
		p.held.Store(nil)
	}
}
