package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A redirect of whoever answers in Bedrock's place leads prompts nowhere.
func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	bedrock := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer bedrock.Close()
	client, err := newTransport("", "")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Post(bedrock.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("got status %d, want the redirect itself", resp.StatusCode)
	}
}
