package doctor_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/envoy/doctor"
	"ockham/envoy/envoytest"
)

// change is one edit of the clean bootstrap: the first old becomes new.
type change struct{ old, new string }

// traps holds, for each trap that a bootstrap can have, an edit that makes it.
var traps = map[string][]change{
	"no-filter":              {{"v3.ExternalProcessor", "v3.Elsewhere"}},
	"two-filters":            {{"- name: envoy.filters.http.router", "- name: ockham2\n            typed_config:\n              \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor\n              grpc_service: {envoy_grpc: {cluster_name: ockham}}\n          - name: envoy.filters.http.router"}},
	"one-name-twice":         {{"- name: ockham.path", "- name: ockham"}},
	"name":                   {{"            name: ockham\n            typed_config:\n              \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_proc", "            name: envoy.filters.http.ext_proc\n            typed_config:\n              \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_proc"}},
	"fail-open":              {{"failure_mode_allow: false", "failure_mode_allow: true"}},
	"mutation-rules":         {{"mutation_rules: {allow_all_routing: true, allow_envoy: true}", ""}},
	"mode-request-headers":   {{"request_header_mode: SEND", "request_header_mode: SKIP"}},
	"mode-request-body":      {{"request_body_mode: BUFFERED", "request_body_mode: STREAMED"}},
	"mode-request-trailers":  {{"request_trailer_mode: SKIP", "request_trailer_mode: SEND"}},
	"mode-response-headers":  {{"response_header_mode: SEND", "response_header_mode: SKIP"}},
	"mode-response-body":     {{"response_body_mode: FULL_DUPLEX_STREAMED", "response_body_mode: BUFFERED"}},
	"mode-response-trailers": {{"response_trailer_mode: SEND", "response_trailer_mode: SKIP"}},
	"mode-override":          {{"failure_mode_allow: false", "allow_mode_override: true"}},
	"mode-observability":     {{"failure_mode_allow: false", "observability_mode: true"}},
	"no-immediate-response":  {{"failure_mode_allow: false", "disable_immediate_response: true"}},
	"content-length":         {{"failure_mode_allow: false", "allow_content_length_header: true"}},
	"route-kept":             {{"failure_mode_allow: false", "route_cache_action: RETAIN"}},
	"route-cache-both":       {{"failure_mode_allow: false", "route_cache_action: CLEAR\n              disable_clear_route_cache: true"}},
	"no-cluster":             {{"envoy_grpc: {cluster_name: ockham}", "envoy_grpc: {cluster_name: ockham-typo}"}},
	"processor-http1":        {{"http2_protocol_options:\n            # A", "http_protocol_options: {}\n          ignored:\n            # A"}},
	"upstream-filter":        {{"        common_http_protocol_options:\n          idle_timeout: 50s", "        http_filters:\n        - name: ockham-upstream\n          typed_config:\n            \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor\n        common_http_protocol_options:\n          idle_timeout: 50s"}},
	"after-router":           {{"          - name: ockham.path", "          - name: first\n            typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}\n          - name: ockham.path"}},
	"auth-after":             {{"          - name: envoy.filters.http.router", "          - name: late\n            typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC}\n          - name: envoy.filters.http.router"}},
	"signing-before":         {{"          - name: ockham.path", "          - name: sign\n            typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning}\n          - name: ockham.path"}},
	"signing-headers":        {{"          - name: envoy.filters.http.router", "          - name: sign\n            typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning}\n          - name: envoy.filters.http.router"}},
	"request-attributes":     {{"- xds.route_name", "- xds.cluster_name"}},
	"no-model-route":         {{"match: {prefix: /model/}", "match: {prefix: /chat/}"}, {"match: {prefix: /model/}", "match: {prefix: /chat/}"}},
	"host-rewrite":           {{"timeout: 0s            #", "host_rewrite_literal: example.com\n                  timeout: 0s            #"}},
	"path-rewrite":           {{"timeout: 0s            #", "prefix_rewrite: /other/\n                  timeout: 0s            #"}},
	"signed-header":          {{"request_headers_to_remove: [", "request_headers_to_remove: [authorization, "}},
	"cluster-header":         {{"cluster: bedrock_us-east-1\n", "cluster_header: x-region\n"}},
	"bedrock-tls":            {{"trusted_ca: {filename: \"/etc/ssl/certs/ca-certificates.crt\"}", ""}},
	"plain-text":             {{"pipe: {path: \"/run/ockham/ockham.sock\"}", "socket_address: {address: 10.0.0.7, port_value: 9002}"}},
	"trusts-clients":         {{"use_remote_address: true", "use_remote_address: false"}},
	"forged-headers":         {{"key_matcher: {prefix: x-ockham-", "key_matcher: {prefix: x-other-"}},
	"escaped-slashes":        {{"KEEP_UNCHANGED", "UNESCAPE_AND_FORWARD"}},
	"websocket": {
		{"- name: prompt\n                match: {prefix: /}\n                direct_response: {status: 500}", "- name: prompt\n                match: {prefix: /}\n                route: {cluster: bedrock_us-east-1, timeout: 0s}"},
		{"headers: [{name: upgrade,", "headers: [{name: upgraded,"},
		{"websocket, enabled: false", "websocket, enabled: true"},
	},
	"filter-on-http-port":       {{"match: {path_separated_prefix: /api/v1/explain}\n                route: {cluster: ockham_http, timeout: 30s}\n                typed_per_filter_config:", "match: {path_separated_prefix: /api/v1/explain}\n                route: {cluster: ockham_http, timeout: 0s}\n                other:"}},
	"grpc-timeout":              {{"timeout: 0s            # limits", "timeout: 30s           # limits"}},
	"google-grpc":               {{"envoy_grpc: {cluster_name: ockham}", "google_grpc: {target_uri: \"127.0.0.1:9002\", stat_prefix: ockham}"}},
	"message-timeout":           {{"message_timeout: 10s", "message_timeout: 0.2s"}},
	"route-timeout":             {{"timeout: 0s            # Ockham", "timeout: 60s           # Ockham"}},
	"idle-timeout":              {{"stream_idle_timeout: 300s", "stream_idle_timeout: 30s"}},
	"stream-duration":           {{"common_http_protocol_options: {idle_timeout: 3600s}", "common_http_protocol_options: {max_stream_duration: 60s}"}},
	"retry-policy":              {{"timeout: 0s            #", "retry_policy: {retry_on: 5xx}\n                  timeout: 0s            #"}},
	"processor-breaker":         {{"max_requests: 100000", "max_requests: 1024"}},
	"bedrock-breaker":           {{"max_requests: 100000}\n    # Only", "max_requests: 1024}\n    # Only"}},
	"body-limit":                {{"per_connection_buffer_limit_bytes: 33554432", "per_connection_buffer_limit_bytes: 32768"}},
	"keepalive":                 {{"connection_keepalive: {interval: 5s, timeout: 5s}", "max_concurrent_streams: 1000"}},
	"outliers":                  {{"    connect_timeout: 1s", "    connect_timeout: 1s\n    type: STRICT_DNS"}, {"    type: STATIC\n", ""}},
	"errors-eject":              {{"enforcing_consecutive_5xx: 0", "enforcing_consecutive_5xx: 100"}},
	"response-attributes":       {{"[response.code_details, response.flags, request.host]", "[response.code_details, request.host]"}},
	"forward-rules":             {{"disallowed_headers:", "allowed_headers:"}},
	"metadata":                  {{"receiving_namespaces: {untyped: [ockham]}", "receiving_namespaces: {untyped: [other]}"}},
	"rewrites-replies":          {{"response.code_details.startsWith('ockham_')", "response.code_details.startsWith('other_')"}},
	"plain-replies":             {{"local_reply_config:", "unused:"}},
	"details-leak":              {{"'the gateway failed')%", "'the gateway failed')% %RESPONSE_CODE_DETAILS%"}},
	"version":                   nil, // TestVersions
	"local-replies-skip-filter": nil,
	"cve-2026-47207":            nil,
	"no-socket":                 nil, // TestSocket
	"istio-https":               nil, // TestFiles
	"istio-context":             nil,
}

// also are the traps that come with another.
var also = map[string][]string{
	"name":             {"filter-on-http-port", "route-timeout", "websocket"}, // the filter is on where it should be off
	"route-cache-both": {"route-kept"},
}

func TestEveryTrapIsFound(t *testing.T) {
	clean := rendered(t)
	for _, trap := range doctor.Traps() {
		edits, ok := traps[trap.Name]
		if !ok {
			t.Errorf("no test makes the trap %s", trap.Name)
		}
		if edits == nil {
			continue
		}
		t.Run(trap.Name, func(t *testing.T) {
			config := clean
			for _, e := range edits {
				if !strings.Contains(config, e.old) {
					t.Fatalf("the rendered bootstrap holds no %q", e.old)
				}
				config = strings.Replace(config, e.old, e.new, 1)
			}
			want := slices.Sorted(slices.Values(append(also[trap.Name], trap.Name)))
			if got := examine(t, config, doctor.Options{}); !slices.Equal(got, want) {
				t.Errorf("found %v, want %v", got, want)
			}
		})
	}
}

var update = flag.Bool("update", false, "write docs/doctor.md anew")

func TestTrapsAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What `ockham doctor` knows\n\n" +
		"    ockham doctor envoy.yaml                 # a bootstrap, a config_dump, EnvoyFilters, Envoy Gateway's policies\n" +
		"    ockham doctor http://127.0.0.1:9901      # a running Envoy's admin interface: configuration and counters\n" +
		"    ockham doctor --live http://envoy:8080   # requests, none of which reaches a model\n\n" +
		"It ends with 0 when it finds nothing, 1 when it finds something, 2 when it cannot read what it was given.\n" +
		"`--json` is for machines, `--envoy-version` for files that do not say which Envoy runs them, `--here` to look for\n" +
		"UNIX sockets on this machine.\n\n" +
		"A running service finds some of these by itself, in what Envoy sends: `/readyz` lists them as warnings for as long as\n" +
		"requests show them, and the log tells each once (version, cve-2026-47207, local-replies-skip-filter, upstream-filter,\n" +
		"two-filters, mode-request-body, mode-response-body, mutation-rules). If its own socket is removed, it is not ready.\n\n| trap | what users see | fix |\n|---|---|---|\n")
	for _, trap := range doctor.Traps() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", trap.Name, trap.Harm, trap.Fix)
	}
	file := filepath.Join(envoytest.Root(t), "docs", "doctor.md")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("docs/doctor.md is not what the traps say; run this test with -update:\n%s", diff)
	}
}
