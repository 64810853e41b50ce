// Package browser tests the admin page in a real Chromium; run it with `make test-clients`.
package browser
