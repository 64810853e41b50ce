#!/bin/sh
# Builds the tools of the mesh tests into build/mesh, those that are not there yet: half an hour on two
# cores, once. They are modules of their own, so that nothing of theirs becomes ours.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/mesh
mkdir -p "$out"
missing() { [ ! -x "$out/$1" ] && echo "building $1" >&2; }

if missing egctl; then GOBIN="$out" go install github.com/envoyproxy/gateway/cmd/egctl@v1.9.0; fi
cd "$here/istio"
if missing istio-xds; then go test -c -o "$out/istio-xds" .; fi
if missing istioctl; then go build -mod=mod -o "$out/istioctl" istio.io/istio/istioctl/cmd/istioctl; fi
cd "$here/etcd"
if missing etcd; then go build -o "$out/etcd" .; fi
cd "$here/kubernetes"
if missing kube-apiserver; then go build -o "$out/kube-apiserver" ./apiserver; fi
