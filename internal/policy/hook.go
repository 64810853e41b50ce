package policy

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

// post asks the hook at a URL over HTTP, which package checks does not know, and shows it a token if there is
// one. Redirects are not followed: they may lead where the operator did not want to send prompts.
func post(url, token string) checks.Post {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, body []byte) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
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
