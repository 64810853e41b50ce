package emulator

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
)

// client speaks one version of HTTP.
func client(ca []byte, change func(*http.Protocols)) *http.Client {
	var protocols http.Protocols
	change(&protocols)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{Protocols: &protocols, TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

func TestProtocols(t *testing.T) {
	e := start(t, Config{NoVerify: true})
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		major  int
	}{
		"HTTP/1.1":     {e.URL, client(e.CA, func(p *http.Protocols) { p.SetHTTP1(true) }), 1},
		"h2c":          {e.URL, client(e.CA, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }), 2},
		"TLS HTTP/1.1": {e.TLSURL, client(e.CA, func(p *http.Protocols) { p.SetHTTP1(true) }), 1},
		"TLS HTTP/2":   {e.TLSURL, client(e.CA, func(p *http.Protocols) { p.SetHTTP2(true) }), 2},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := c.client.Post(c.url+"/model/"+micro+"/converse-stream", "application/json", strings.NewReader(ask("What is a fjord?")))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			all, damage := frames(t, body)
			if err != nil || damage != nil || response.ProtoMajor != c.major || streamText(all) == "" {
				t.Errorf("HTTP/%d, %v, %v, %q", response.ProtoMajor, err, damage, streamText(all))
			}
		})
	}
}

func TestResetOverHTTP2(t *testing.T) {
	e := start(t, Config{NoVerify: true})
	h2 := client(nil, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) })
	response, err := h2.Post(e.URL+"/model/"+micro+"/converse-stream", "application/json", strings.NewReader(ask("What is a fjord?[[fault:stream_reset]]")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.ReadAll(response.Body); err == nil {
		t.Error("the stream ended properly")
	}
	_ = response.Body.Close()
}

func TestPortInUse(t *testing.T) {
	first, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	address := first.Addr().String()
	want := address + " is in use by another program; choose another address"
	if _, err := Listen(address); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Listen("nonsense"); err == nil || !strings.HasPrefix(err.Error(), "listen on nonsense: ") {
		t.Errorf("got %v", err)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	s := newServer(t, Config{})
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, listener, nil) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestLargeBodies: 25 MB of images pass, a body over the front end's limit does not.
func TestLargeBodies(t *testing.T) {
	var seen Call
	s := newServer(t, Config{NoVerify: true, OnCall: func(c Call) { seen = c }})
	data := strings.Repeat("aGk0", 3_700_000/3)
	picture := `{"image":{"format":"png","source":{"bytes":"` + data + `"}}},`
	body := turns(user(strings.Repeat(picture, 5) + `{"text":"What is this?"}`))
	if got := call(t, s, haiku, "converse", body); got.status != 200 || len(seen.Body) < 24_000_000 {
		t.Errorf("%d bytes: %d %.200s", len(body), got.status, got.body)
	}
	huge := bytes.Repeat([]byte(" "), maxBody+1)
	if got := call(t, s, haiku, "converse", string(huge)); got.status != 413 || got.kind() != "RequestEntityTooLargeException" {
		t.Errorf("%d bytes: %d %s", len(huge), got.status, got.body)
	}
	if got := call(t, s, haiku, "converse", turns(user(`{"image":{"format":"png","source":{"bytes":"`+strings.Repeat("aGk0", 1_250_001)+`"}}}`))); got.message() != "The image at messages.0.content.0.image exceeds the maximum size of 3.75 MB. Provide a smaller file and try again." {
		t.Errorf("large image: %d %s", got.status, got.body)
	}
}

// TestHostileBodies are refused without a panic.
func TestHostileBodies(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	for _, body := range []string{
		"null", "5", `"a"`, "[]", "\xff", strings.Repeat("[", 20_000), strings.Repeat(`{"messages":`, 5000), `{"messages":null}`, `{"messages":{}}`,
		`{"messages":[null]}`, `{"messages":[{"role":null,"content":[null]}]}`, `{"messages":[{"role":"user","content":[{"text":null}]}]}`,
		`{"messages":[{"role":"user","content":[{"toolUse":null}]}]}`, `{"messages":[{"role":"user","content":[{"toolUse":{}}]}]}`,
		`{"messages":[{"role":"user","content":[{"image":{}}]}]}`, `{"messages":[{"role":"user","content":[{"document":{"source":{"text":"a"}}}]}]}`,
		`{"toolConfig":{}}`, `{"toolConfig":{"tools":[null]}}`, `{"toolConfig":{"tools":[{"toolSpec":null}]}}`, `{"inferenceConfig":5}`, `{"inferenceConfig":{"maxTokens":1e99}}`,
		`{"outputConfig":{"textFormat":{"type":"json_schema"}}}`, `{"requestMetadata":{}}`, `{"system":["a"]}`, `{"additionalModelRequestFields":[]}`,
		`{"messages":[{"role":"system","content":[{"text":"a"}]}]}`,
	} {
		for _, op := range []string{"converse", "converse-stream", "count-tokens", "invoke", "invoke-with-response-stream"} {
			for _, model := range []string{haiku, micro} {
				if got := call(t, s, model, op, body); got.status != 400 {
					t.Errorf("%s %s %.80s: got %d %.200s, want 400", model, op, body, got.status, got.body)
				}
			}
		}
	}
}

func TestPaceParsing(t *testing.T) {
	pattern, own, err := ParsePace("*haiku*=200ms,5ms")
	if err != nil || pattern != "*haiku*" || own.FirstToken.String() != "200ms" || own.Token.String() != "5ms" {
		t.Errorf("got %s %v %v", pattern, own, err)
	}
	for _, text := range []string{"", "a", "a=1s", "a=1s,x", "a=-1s,1s"} {
		if _, _, err := ParsePace(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
