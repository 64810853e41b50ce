package faults

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"ockham/internal/emulator"
)

// issuer gives out temporary credentials, as a container's endpoint does: new ones each second.
type issuer struct {
	start time.Time
	life  time.Duration // of each
	url   string
	mode  atomic.Int32
}

// How an issuer does.
const (
	works int32 = iota
	fails
	hangs
)

var (
	rotating = newIssuer(4 * time.Second)
	failing  = newIssuer(4 * time.Second)
	hanging  = newIssuer(4 * time.Second)
	revoked  = newIssuer(time.Hour)
)

func newIssuer(life time.Duration) *issuer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	i := &issuer{start: time.Now(), life: life, url: "http://" + l.Addr().String() + "/credentials"}
	go func() { _ = http.Serve(l, i) }()
	return i
}

// setup has a service that asks i, and a Bedrock that knows all credentials of an hour.
func (i *issuer) setup() setup {
	return setup{env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + i.url}, emulator: i.since(i.start)}
}

func key(n int) string { return fmt.Sprintf("ASIA%016d", n) }

// number of the credentials that are given out at a time.
func (i *issuer) number(at time.Time) int { return int(at.Sub(i.start) / time.Second) }

// end is when credentials expire.
func (i *issuer) end(n int) time.Time { return i.start.Add(time.Duration(n)*time.Second + i.life) }

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch i.mode.Load() {
	case fails:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case hangs:
		<-r.Context().Done()
		return
	}
	n := i.number(time.Now())
	_ = json.NewEncoder(w).Encode(map[string]string{
		"AccessKeyId": key(n), "SecretAccessKey": emulator.DefaultSecret, "Token": emulator.DefaultToken,
		"Expiration": i.end(n).UTC().Format(time.RFC3339Nano),
	})
}

// since is a Bedrock for which all credentials given out before a time have expired.
func (i *issuer) since(first time.Time) emulator.Config {
	c := emulator.Config{Regions: regionNames}
	for n := range 3600 {
		one := emulator.Credential{AccessKey: key(n), Secret: emulator.DefaultSecret, Token: emulator.DefaultToken, Expires: i.end(n)}
		if n < i.number(first) {
			one.Expires = i.start.Add(-time.Hour)
		}
		c.Credentials = append(c.Credentials, one)
	}
	return c
}
