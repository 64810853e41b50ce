package main

import (
	"strings"
	"testing"

	"ockham/bedrock"
)

func TestVersionTellsBuildAndCatalogue(t *testing.T) {
	code, out, err := command(t, "", "version")
	if want := "ockham " + release; code != 0 || !strings.HasPrefix(out, want) || !strings.Contains(out, bedrock.CatalogueDate) {
		t.Errorf("got code %d, %q, error %v; want %q and the catalogue's date %s", code, out, err, want, bedrock.CatalogueDate)
	}
}
