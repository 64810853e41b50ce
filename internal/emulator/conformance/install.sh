#!/bin/sh
# Installs the pinned clients into build/venv and build/node, unless the same versions are there already.
# Python 3 with venv, and npm with any Node.js, must be on the machine; the Node.js that runs them is pinned too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../../build}
mkdir -p "$build/node"

if ! cmp -s "$here/requirements.txt" "$build/venv/requirements.txt"; then
	python3 -m venv "$build/venv"
	"$build/venv/bin/pip" --quiet --disable-pip-version-check install -r "$here/requirements.txt"
	cp "$here/requirements.txt" "$build/venv/requirements.txt"
fi
if ! cmp -s "$here/package.json" "$build/node/installed.json"; then
	cp "$here/package.json" "$build/node/package.json"
	(cd "$build/node" && npm install --silent --no-audit --no-fund --engine-strict=false)
	cp "$here/package.json" "$build/node/installed.json"
fi
