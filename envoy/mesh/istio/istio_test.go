package istio

import (
	"testing"

	"istio.io/istio/pilot/test/xds"
)

func TestX(t *testing.T) {
	s := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{})
	_ = s
}
