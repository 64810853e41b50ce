#!/bin/sh
# Proves Dockerfile and docker-compose.yml with a Docker daemon of its own and without a registry: the
# images they build on are made here, from this machine's Go, Envoy and Prometheus. Needs root, dockerd,
# docker-compose, busybox (static), prometheus, python3 and curl (Debian: docker.io docker-compose busybox-static
# prometheus). Everything is removed at the end.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export DOCKER_HOST=unix://$work/docker.sock COMPOSE_PROJECT_NAME=ockhamprove COMPOSE_PROFILES=metrics
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for name in PORT EMULATOR_PORT ADMIN_PORT PROMETHEUS_PORT GRAFANA_PORT; do export "$name=$(free_port)"; done
compose() { (cd "$root" && if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi); }
say() { echo "== $*"; }
fail() { echo "FAIL: $*" >&2; compose logs --tail=20 >&2 || true; exit 1; }

finish() {
	status=$?
	compose down --volumes >/dev/null 2>&1 || true
	kill "$daemon" 2>/dev/null || true
	wait "$daemon" 2>/dev/null || true
	umount "$work"/data/overlay2/*/merged 2>/dev/null || true
	rm -rf "$work"
	exit $status
}

dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" -H "$DOCKER_HOST" >"$work/dockerd.log" 2>&1 &
daemon=$!
trap finish EXIT
trap 'exit 1' INT TERM
tries=0
until docker info >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 60 ] || { tail -5 "$work/dockerd.log" >&2; exit 1; }
	sleep 1
done

# with_libraries FOLDER BINARY... copies programs and the libraries that they are linked with.
with_libraries() {
	to=$1
	shift
	mkdir -p "$to/bin" "$to/tmp"
	for binary in "$@"; do
		cp -L "$binary" "$to/bin/"
		ldd "$binary" | grep -oE '/[^ ]+' | while read -r library; do
			mkdir -p "$to$(dirname "$library")"
			cp -L "$library" "$to$library"
		done
	done
}

say "golang: this machine's toolchain and the modules of go.mod"
base=$work/golang
mkdir -p "$base/bin" "$base/etc/ssl/certs" "$base/usr/local" "$base/tmp"
cp "$(command -v busybox)" "$base/bin/busybox"
ln -s busybox "$base/bin/sh"
cp -a "$(go env GOROOT)" "$base/usr/local/go"
cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"
(cd "$root" && GOFLAGS=-modcacherw GOMODCACHE=$work/modules go mod download)
mv "$work/modules/cache/download" "$base/modules"
tar -C "$base" -c . | docker import --change 'ENV PATH=/usr/local/go/bin:/bin GOPROXY=file:///modules GOSUMDB=off GOTOOLCHAIN=local' - golang:1.26 >/dev/null

say "envoy and prometheus"
cp "$("$root/envoy/find.sh")" "$work/envoy"
with_libraries "$work/envoyroot" "$work/envoy" "$(command -v bash)" "$(command -v grep)"
tar -C "$work/envoyroot" -c . | docker import --change 'ENV PATH=/bin' - "envoyproxy/envoy:v$(cat "$root/envoy/VERSION")" >/dev/null
with_libraries "$work/promroot" "$(command -v prometheus)"
mkdir -p "$work/promroot/prometheus"
image=$(compose config | sed -n 's/^ *image: *\(prom\/prometheus.*\)$/\1/p')
tar -C "$work/promroot" -c . | docker import --change 'ENTRYPOINT ["/bin/prometheus"]' - "$image" >/dev/null

say "docker build"
docker build -q -t ockham:latest "$root" >/dev/null
size=$(docker save ockham:latest | gzip -c | wc -c)
say "the image has $size bytes as it is pulled, $(docker image inspect -f '{{.Size}}' ockham:latest) unpacked"
[ "$size" -lt 25000000 ] || fail "that is more than 25 MB"
[ "$(docker image inspect -f '{{.Config.User}}' ockham:latest)" = 65532:65532 ] || fail "the image runs as root"

say "compose up"
compose up -d --no-build envoy prometheus >/dev/null 2>&1 || fail "compose up"
tries=0
until [ "$(docker inspect -f '{{.State.Health.Status}}' "$(compose ps -q envoy)")" = healthy ]; do
	tries=$((tries + 1))
	[ $tries -lt 60 ] || fail "envoy is not healthy"
	sleep 1
done
ask() { curl -sS -m 20 -H 'content-type: application/json' "http://127.0.0.1:$PORT/api/v1/generate" -D "$work/headers" -d "$1"; }
ask '{"prompt": "Summarise in one line: the meeting moved to Monday."}' | grep -q '"text"' || fail "no answer"
ask '{"prompt": "Give JSON. [[fault:bad_answer@small]]", "response_format": {"type": "json_object"}}' >/dev/null
grep -qi 'x-ockham-escalated: true' "$work/headers" || fail "no escalation"
say "prompts are answered and escalated"
tries=0
until curl -sS "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/query?query=ockham_requests_total" | grep -q '"pipe":"green"'; do
	tries=$((tries + 1))
	[ $tries -lt 60 ] || fail "prometheus has no metrics"
	sleep 1
done
say "prometheus has the metrics"
compose config | grep -q grafana || fail "no grafana in the profile"
python3 -m json.tool "$root/examples/monitoring/grafana-dashboard.json" >/dev/null || fail "the dashboard is no JSON"
say "all proved"
