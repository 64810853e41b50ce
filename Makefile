# Two commands to begin with: `make demo` and `make test`. Everything they need lands in build/.

PORT          ?= 8080
EMULATOR_PORT ?= 8081
EMULATOR_TLS_PORT ?= 8444
ADMIN_PORT    ?= 8082
HTTP_PORT     ?= 8083
CONFIG        ?=
BEDROCK_ENDPOINT ?=

GO      ?= go
BIN     := build/bin
# Shipped and tested builds are the same: no version control stamps, so that they can be repeated.
BUILD   := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false
TOOL    := $(GO) tool -modfile=tools/go.mod
# What a release calls itself, and where its binaries run.
RELEASE   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
# Not ./...: build/ holds installed tools, some of which bring Go files of their own.
FOLDERS  := bedrock cmd dialect envoy extproc internal routing
PACKAGES := $(FOLDERS:%=./%/...)

.PHONY: help build envoy up demo bench profile test check test-faults soak fuzz test-clients test-mesh test-spend test-envoys test-telemetry test-docker release clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## the ockham binary, at build/bin/ockham
	@mkdir -p $(BIN)
	@[ -x $(BIN)/ockham ] || echo "building $(BIN)/ockham; the first time compiles everything that it needs, a minute or two"
	@$(BUILD) -o $(BIN)/ockham ./cmd/ockham

envoy: ## the pinned Envoy, unless ENVOY or PATH has one
	@./envoy/find.sh >/dev/null

up: build envoy ## emulator, Envoy and service in the foreground until Ctrl-C
	@exec $(BIN)/ockham up --envoy "$$(./envoy/find.sh)" --port $(PORT) --emulator-port $(EMULATOR_PORT) \
		--emulator-tls-port $(EMULATOR_TLS_PORT) --admin-port $(ADMIN_PORT) --http-port $(HTTP_PORT) \
		$(if $(CONFIG),--config "$(CONFIG)") $(if $(BEDROCK_ENDPOINT),--bedrock-endpoint "$(BEDROCK_ENDPOINT)")

demo: build envoy ## about 300 real prompts through all of it, and what that saved; STRATEGIES=1 compares strategies
	@exec $(BIN)/ockham demo --envoy "$$(./envoy/find.sh)" $(if $(STRATEGIES),--strategies)

# make bench ROUNDS=2 SECONDS=0.5 ONLY=rules/32/1k is a short look; COMPARE=old.json tells what got worse.
ROUNDS  ?= 7
SECONDS ?= 3
ONLY    ?=
bench: build envoy ## Ockham against the same Envoy without it, and against a filter that does nothing
	@$(GO) build -o $(BIN)/bench ./envoy/bench
	@exec $(BIN)/bench -envoy "$$(./envoy/find.sh)" -rounds $(ROUNDS) -seconds $(SECONDS) -only '$(ONLY)' \
		$(if $(SCALE),-scale) $(if $(COMPARE),-compare $(COMPARE)) $(if $(DOCS),-docs $(DOCS))

profile: build envoy ## CPU and allocations of the service by function, under the load of make bench, into build/profiles
	@$(GO) build -o $(BIN)/bench ./envoy/bench
	@rm -rf build/profiles && $(BIN)/bench -envoy "$$(./envoy/find.sh)" -seconds 10 -only '/32/' -profiles build/profiles

test: envoy ## all tests that need no more than Go, Python 3 and make
	ENVOY="$$(./envoy/find.sh)" $(GO) test -race -shuffle=on -timeout 10m $(PACKAGES)
	@$(MAKE) --no-print-directory fuzz FUZZ=1s
	@echo "left out: real clients (make test-clients), Docker (make test-docker), mesh tools (make test-mesh), budgets in a Redis (make test-spend), other Envoys (make test-envoys), the cost of telemetry (make test-telemetry), long runs of faults, soak and fuzzers (make test-faults, soak, fuzz)"

FAULT  ?= 10s
UPDATE ?=
test-faults: envoy ## every fault of docs/reliability.md for FAULT each, and what becomes of requests
	ENVOY="$$(./envoy/find.sh)" $(GO) test -count=1 -timeout 60m -parallel 1 -v -run TestFaults ./envoy/faults -for $(FAULT) -clients 64 $(UPDATE)

SOAK    ?= 5m
STREAMS ?= 2000
soak: envoy ## STREAMS streams at once for as long as SOAK says, and whether anything grows
	ENVOY="$$(./envoy/find.sh)" $(GO) test -count=1 -timeout 0 -v -run TestSoak ./envoy/faults -soak $(SOAK) -streams $(STREAMS) $(UPDATE)

# Go takes the end of the time in the middle of an input for a failure at times. What really fails is
# written down, and fails again.
FUZZ ?= 10s
fuzz: ## every fuzzer for FUZZ
	@for package in $$(grep -rl --include='*_test.go' '^func Fuzz' $(FOLDERS) | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -hoE '^func Fuzz[A-Za-z]+' $$package/*_test.go | sed 's/func //'); do \
			echo "$$package $$name"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZ) -fuzzminimizetime 1s ./$$package || \
				$(GO) test -count=1 -run "^$$name$$" ./$$package || exit 1; \
		done; \
	done

test-clients: envoy ## real clients against a real Envoy, and the admin page in a real Chromium; installs them
	@./tools/clients.sh
	ENVOY="$$(./envoy/find.sh)" $(GO) test -count=1 -timeout 20m -tags clients ./internal/emulator/conformance ./envoy/clients ./internal/dashboard/browser ./internal/telemetry
	@echo "left out: docker (make test-docker), mesh tools (make test-mesh)"

check: ## format, vet, lint, layers, dead code
	@unformatted="$$($(TOOL) gofumpt -l $(FOLDERS))"; \
		if [ -n "$$unformatted" ]; then echo "not gofumpt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(TOOL) staticcheck $(PACKAGES)
	$(TOOL) depguard $(PACKAGES)
	@dead="$$($(TOOL) deadcode -test $(PACKAGES))"; if [ -n "$$dead" ]; then echo "$$dead"; exit 1; fi
	$(GO) mod verify
	@echo "check: nothing left out"

test-mesh: envoy ## Istio, Envoy Gateway and Kubernetes judge what is rendered; builds their tools once, half an hour
	./envoy/mesh/tools.sh
	ENVOY="$$(./envoy/find.sh)" $(GO) test -tags mesh -count=1 ./envoy/mesh

test-spend: envoy ## budgets kept by Envoy's rate limit service and Redis; builds the one, installs the other
	./envoy/spend/tools.sh
	ENVOY="$$(./envoy/find.sh)" $(GO) test -tags spend -count=1 ./envoy/spend

ENVOYS ?= 1.36.4 1.37.0 1.38.3 1.39.3 1.40.0
test-envoys: ## the main cases against every Envoy that is supported; installs them
	for version in $(ENVOYS); do echo "Envoy $$version"; ENVOY= ENVOY_VERSION=$$version $(GO) test -count=1 ./envoy ./envoy/doctor ./envoy/e2e || exit 1; done

test-telemetry: envoy ## what telemetry costs, in pairs of services with and without it, and an hour of 1,000 requests a second; ten minutes
	$(GO) test -count=1 -v ./internal/telemetry -run TestAnHourOfTraffic -hour
	ENVOY="$$(./envoy/find.sh)" $(GO) test -count=1 -timeout 30m ./internal/gateway -run '^$$' -bench Telemetry -benchtime 30x

test-docker: envoy ## the image and docker-compose.yml, with a Docker daemon of its own; needs root
	./envoy/docker/prove.sh

release: ## versioned static binaries for Linux and macOS with their checksums, in build/release
	@rm -rf build/release && mkdir -p build/release
	@for platform in $(PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		$(BUILD) -ldflags "-s -w -X main.release=$(RELEASE)" -o "build/release/ockham-$(RELEASE)-$$GOOS-$$GOARCH" ./cmd/ockham || exit 1; \
	done
	@cd build/release && sha256sum ockham-* >SHA256SUMS && cat SHA256SUMS

clean: ## everything that was built or installed
	rm -rf build
