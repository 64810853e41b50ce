package faults

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Clients that open connections and say next to nothing, on every port, keep nobody from being served, and
// leave nothing behind.
func TestSlowClientsOnEveryPort(t *testing.T) {
	r := newRig(t, setup{sockets: true})
	s := r.services[0]
	const each = 200
	var open []net.Conn
	for _, c := range []struct{ network, address, says string }{
		{"tcp", strings.TrimPrefix(r.url(), "http://"), "POST /api/v1/generate HTTP/1.1\r\nhost: x\r\ncontent-le"},
		{"tcp", strings.TrimPrefix(r.url(), "http://"), "POST /api/v1/generate HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{"},
		{"tcp", strings.TrimPrefix(r.url(), "http://"), "POST /api/v1/explain HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{"},
		{"tcp", strings.TrimPrefix(r.url(), "http://"), "PRI * HTTP/2.0\r\n\r\n"},
		{"tcp", s.http, "POST /api/v1/explain HTTP/1.1\r\nho"},
		{"tcp", s.admin, "GET /metrics HTTP/1.1\r\nho"},
		{"unix", s.socket, "PRI * HTTP/2.0\r\n\r\n"},
	} {
		for range each {
			conn, err := net.Dial(c.network, c.address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(c.says)); err != nil {
				t.Fatal(err)
			}
			open = append(open, conn)
		}
	}
	begin := time.Now()
	for range 20 {
		if o, why := (question{id: 1}).ask(http.DefaultClient, r.url()); o != well {
			t.Errorf("meanwhile: %s", why)
		}
	}
	if status := s.status("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz says %d", status)
	}
	if held := s.metric("ockham_load_bytes"); held > 2*each*4*(64<<10) {
		t.Errorf("%v bytes are held for %d slow clients", held, 2*each)
	}
	t.Logf("%d connections were open, 20 requests took %v", len(open), time.Since(begin))
	for _, conn := range open {
		conn.Close()
	}
}
