package main

import (
	"strings"
	"testing"

	"ockham/bedrock"
)

func TestVersionTellsBuildAndCatalogue(t *testing.T) {
	out, errs, code := ockham(t, "", "version")
	if want := "ockham " + release; code != 0 || !strings.HasPrefix(out, want) || !strings.Contains(out, bedrock.CatalogueDate) {
		t.Errorf("got code %d, %q, error %s; want %q and the catalogue's date %s", code, out, errs, want, bedrock.CatalogueDate)
	}
}
