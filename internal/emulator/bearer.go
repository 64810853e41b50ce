package emulator

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// bearer checks an API key. Bedrock's keys all start with one of two prefixes, and it says so before it looks at them.
func (v *verifier) bearer(key string) *apiError {
	if !strings.HasPrefix(key, "bedrock-api-key-") && !strings.HasPrefix(key, "ABSK") {
		return denied("Invalid API Key format: Must start with pre-defined prefix")
	}
	for _, known := range v.bearers {
		if subtle.ConstantTimeCompare([]byte(known), []byte(key)) == 1 {
			return nil
		}
	}
	return denied("Authentication failed: Please make sure your API Key is valid.")
}

func denied(message string) *apiError {
	return &apiError{status: http.StatusForbidden, kind: "AccessDeniedException", message: message, identity: true}
}
