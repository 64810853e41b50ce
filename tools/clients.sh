#!/bin/sh
# Installs what `make test-clients` needs: Python's venv, Node.js, npm, Chromium and promtool from Debian
# where they are missing, and the pinned clients from PyPI and npm.
set -eu
cd "$(dirname "$0")/.."
missing=
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
		echo "test-clients needs:$missing; install them, or run as root on Debian" >&2
		exit 1
	fi
	apt-get update -qq
	# shellcheck disable=SC2086 # one word a package
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi
build=${BUILD:-build}
./tools/pinned.sh internal/emulator/conformance "$build/conformance"
./tools/pinned.sh envoy/clients "$build/clients"
