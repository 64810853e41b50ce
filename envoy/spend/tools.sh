#!/bin/sh
# Builds Envoy's rate limit service into build/spend, if it is not there yet, and finds a Redis. The service
# is a module of its own, so that nothing of it becomes ours.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/spend
mkdir -p "$out"
cd "$here/ratelimit"
if [ ! -x "$out/ratelimit" ]; then go build -trimpath -o "$out/ratelimit" github.com/envoyproxy/ratelimit/src/service_cmd; fi
if ! command -v redis-server >/dev/null 2>&1 || ! command -v redis-cli >/dev/null 2>&1; then
	if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
		echo "test-spend needs redis-server and redis-cli; install them, or run as root on Debian" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-server >/dev/null
fi
