#!/bin/sh
# pinned.sh FOLDER TARGET: installs the clients that FOLDER pins, requirements.txt into TARGET/venv and
# package.json into TARGET/node_modules, unless the same versions are there already. Python 3 with venv, and
# npm with any Node.js, must be on the machine; the Node.js that runs them is pinned too.
set -eu
from=$1
to=$2
mkdir -p "$to"

if ! cmp -s "$from/requirements.txt" "$to/requirements.txt"; then
	python3 -m venv "$to/venv"
	"$to/venv/bin/pip" --quiet --disable-pip-version-check install -r "$from/requirements.txt"
	cp "$from/requirements.txt" "$to/requirements.txt"
fi
if ! cmp -s "$from/package.json" "$to/installed.json"; then
	cp "$from/package.json" "$to/package.json"
	(cd "$to" && npm install --silent --no-audit --no-fund --engine-strict=false)
	cp "$from/package.json" "$to/installed.json"
fi
for module in "$from"/*.mjs; do
	cp "$module" "$to/" # modules are looked for beside the script
done
