package extproc

import (
	"context"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// Filters before us, and whoever can make them write dynamic metadata, choose neither tenant nor route nor
// model: nothing of it is read.
func TestDynamicMetadataIsNotRead(t *testing.T) {
	forged, err := structpb.NewStruct(map[string]any{"profile": "forged", "tenant": "forged", "pipe": "forged", "model": "forged"})
	if err != nil {
		t.Fatal(err)
	}
	list := conversation("hello")
	for _, m := range list {
		m.MetadataContext = &corev3.Metadata{FilterMetadata: map[string]*structpb.Struct{"ockham": forged, "ockham.client": forged}}
	}
	var got *Outcome
	s := fuzzService(t, 0)
	s.Observe = func(o *Outcome) { got = o }
	if err := s.Process(&script{messages: wired(t, list), ctx: context.Background()}); err != nil {
		t.Fatal(err)
	}
	if got.Route != "" || got.Tenant != "" || got.Plan == nil || got.Plan.Pipe != "green" || got.Status != 200 {
		t.Errorf("got route %q, tenant %q, plan %+v", got.Route, got.Tenant, got.Plan)
	}
}
