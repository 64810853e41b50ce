// Package httphook is the HTTP side of a hook: package checks knows no network.
package httphook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"ockham/routing/checks"
)

// maxReply bounds what is read of a hook's answer.
const maxReply = 64 << 10

// Post returns a checks.Post that sends questions to url. The client must not follow redirects to
// places that the operator did not name; a nil client is one that follows none.
func Post(client *http.Client, url string, header http.Header) checks.Post {
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return func(ctx context.Context, body []byte) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if header != nil {
			req.Header = header.Clone()
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
		switch {
		case err != nil:
			return nil, err
		case resp.StatusCode != http.StatusOK:
			return nil, fmt.Errorf("status %d", resp.StatusCode)
		case len(reply) > maxReply:
			return nil, fmt.Errorf("the answer is larger than %d KiB", maxReply>>10)
		}
		return reply, nil
	}
}
