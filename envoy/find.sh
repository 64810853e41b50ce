#!/bin/sh
# Prints the Envoy to use: $ENVOY, or the one in PATH, or the pinned one, which is installed if need be.
set -eu
if [ -n "${ENVOY:-}" ]; then
	echo "$ENVOY"
elif [ -z "${ENVOY_VERSION:-}" ] && command -v envoy >/dev/null 2>&1; then
	command -v envoy
else
	exec "$(dirname "$0")/install.sh"
fi
