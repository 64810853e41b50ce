package doctor

// Trap is one way in which a configuration is wrong for Ockham.
type Trap struct {
	Name string // stands in findings
	Harm string // what users see
	Fix  string
}

// Traps lists all that are known, the most harmful first.
func Traps() []Trap {
	return []Trap{
		{
			"no-filter", "requests go by without Ockham: nothing is routed, signed or checked",
			"add the ext_proc filter of \"ockham render\" to the listener, before the router",
		},
		{
			"version", "Envoy's own replies (connection failures, timeouts) do not reach the filter: such requests are not escalated",
			"run Envoy 1.37.5, 1.38.3, 1.39 or newer (Istio 1.29.5, 1.30.2; Envoy Gateway 1.9)",
		},
		{
			"local-replies-skip-filter", "connection failures and timeouts are not escalated",
			"upgrade to 1.37, or set the runtime flag envoy.reloadable_features.skip_ext_proc_on_local_reply to false",
		},
		{
			"cve-2026-47207", "several answers of the service in one message can crash this Envoy (CVE-2026-47207)",
			"run Envoy 1.36.9, 1.37.5, 1.38.3, 1.39 or newer",
		},
		{
			"upstream-filter", "held answers meet buffer limits and retries there; a bad answer can leak as a clean 200, and Envoy can crash",
			"move the filter to the listener's http_filters, before the router",
		},
		{"after-router", "the filter never sees a request", "put the filter before the router, the router last"},
		{"two-filters", "a request is planned twice, and signed for what the second one changes", "keep one of them"},
		{
			"one-name-twice", "typed_per_filter_config of routes applies to both filters or to neither",
			"give every filter a name of its own; call Ockham's \"ockham\"",
		},
		{
			"name", "the route's setting is ignored: the filter runs where it should not, or does not where it should",
			"use the filter's name as the key of typed_per_filter_config",
		},
		{
			"auth-after", "Ockham acts, and spends, before the client is known; clearing the route may undo the decision",
			"put authentication, authorisation and rate limits before Ockham (Istio: INSERT_BEFORE the router)",
		},
		{
			"signing-before", "the signature is for another body, path and host: Bedrock answers 403",
			"put aws_request_signing behind Ockham, and set Ockham's signing to none",
		},
		{
			"signing-headers", "Bedrock answers 403: the signature covers headers that the router changes after it",
			"exclude x-envoy-*, x-forwarded-*, x-request-id and user-agent (match_excluded_headers), or name what to sign (match_included_headers)",
		},

		{
			"fail-open", "without the service, unsigned requests reach Bedrock and unchecked answers reach clients",
			"set failure_mode_allow (Envoy Gateway: failOpen) to false",
		},
		{"no-cluster", "every request fails with 500", "add the service's cluster, or correct its name"},
		{
			"no-socket", "every request fails with 500 until the service listens there",
			"start \"ockham serve\" with this socket, and let Envoy's user write to it",
		},
		{"processor-http1", "gRPC needs HTTP/2: every request fails with 500", "set http2_protocol_options on the service's cluster"},
		{
			"mutation-rules", "Envoy drops the authority or the limits that Ockham writes, without a word: Bedrock refuses the signature, or other limits hold",
			"set mutation_rules to {allow_all_routing: true, allow_envoy: true}, or let the route rewrite the host and sign for that one",
		},
		{"mode-request-headers", "the service never learns path and headers", "set request_header_mode to SEND"},
		{"mode-request-body", "the prompt cannot be read, replaced and signed as a whole: every request fails", "set request_body_mode to BUFFERED"},
		{"mode-request-trailers", "requests with trailers fail: the service does not expect them", "set request_trailer_mode to SKIP"},
		{"mode-response-headers", "answers cannot be held: nothing is escalated", "set response_header_mode to SEND"},
		{"mode-response-body", "answers are not judged, or streams no longer flow token by token", "set response_body_mode to FULL_DUPLEX_STREAMED"},
		{
			"mode-response-trailers", "Envoy refuses FULL_DUPLEX_STREAMED without it; the end of HTTP/2 answers with trailers is missed",
			"set response_trailer_mode to SEND",
		},
		{"mode-override", "the mode may change under a request", "leave allow_mode_override out"},
		{"mode-observability", "the service only watches: nothing is planned, held or replaced", "leave it out"},
		{"no-immediate-response", "the service's errors and escalated answers become 500s", "leave disable_immediate_response out"},
		{"content-length", "a wrong content-length from anywhere becomes request smuggling", "leave allow_content_length_header out"},
		{"route-cache-both", "Envoy refuses the configuration", "keep route_cache_action only, or neither"},
		{
			"route-kept", "a planned request stays on the client's route and does not reach its region's cluster",
			"leave disable_clear_route_cache and route_cache_action out",
		},
		{"no-model-route", "planned requests end in 404 or 500", "add a route for the prefix /model/ to Bedrock's cluster"},
		{
			"host-rewrite", "Bedrock answers 403: the route's host wins over the one that was signed for",
			"drop the rewrite, or tell Ockham to sign for that host (bedrock.route_host)",
		},
		{"path-rewrite", "Bedrock answers 403: the path is not the one that was signed", "drop the rewrite"},
		{"signed-header", "Bedrock answers 403: the header is not the one that was signed", "drop the change"},
		{"cluster-header", "clients choose where the request goes, signed", "route by authority, or remove the header from clients' requests first"},
		{
			"bedrock-tls", "prompts and signatures can be read or answered by others, or Bedrock refuses the connection",
			"use TLS with SNI, the system's CAs and a match on the host's name",
		},
		{
			"plain-text", "whoever is on the network reads prompts and can answer in the service's place",
			"use a UNIX socket, loopback, or mutual TLS",
		},
		{
			"istio-https", "the sidecar sees TLS, not HTTP: requests pass by Ockham",
			"declare port 80 with protocol HTTP and targetPort 443, let the DestinationRule start TLS, and call http://",
		},
		{
			"istio-context", "the filter also runs where other services' traffic passes",
			"set match.context to SIDECAR_OUTBOUND or GATEWAY",
		},

		{
			"trusts-clients", "clients count as internal: their x-envoy-* headers change timeouts and retries",
			"set use_remote_address: true at the edge, and no broad internal_address_config",
		},
		{"forged-headers", "clients can forge x-ockham-* (the tenant, say)", "remove them in early_header_mutation_extensions"},
		{
			"escaped-slashes", "model ARNs in /model/ paths break: %2F belongs to one segment",
			"set path_with_escaped_slashes_action to KEEP_UNCHANGED and merge_slashes to false",
		},
		{
			"websocket", "the upgrade hangs: the filter waits for the end of a body that never ends",
			"route upgrades to Ockham's HTTP port, with the filter disabled there",
		},
		{"filter-on-http-port", "explain, feedback and models are taken for prompts and refused", "disable the filter on these routes"},

		{"grpc-timeout", "answers that take longer are cut", "set grpc_service.timeout to 0s (Envoy Gateway: by an EnvoyPatchPolicy, as \"ockham render envoy-gateway\" does)"},
		{"google-grpc", "other clients' limits and keepalives hold than those Ockham was tested with", "use envoy_grpc"},
		{"message-timeout", "planning with a judge, or under load, ends in 504", "set message_timeout to 10s"},
		{"route-timeout", "longer answers end in 504 or are cut", "set the route's timeout to 0s; Ockham has deadlines of its own"},
		{"idle-timeout", "held answers are cut: nothing flows while the next model is asked", "set it to 300s"},
		{"stream-duration", "longer answers are cut", "leave max_stream_duration out"},
		{
			"retry-policy", "Envoy sends the signed request again by itself: deadlines and costs multiply",
			"leave retries and hedging out (Istio: retries: {attempts: 0}); attempts are Ockham's",
		},
		{
			"processor-breaker", "the service takes no more than so many requests at once; the others fail with 500",
			"set max_requests and max_pending_requests of the service's cluster to 100000",
		},
		{
			"bedrock-breaker", "more than so many requests at once fail with 503 before they leave",
			"set max_requests and max_pending_requests of Bedrock's cluster to 100000",
		},
		{"body-limit", "longer prompts, documents and images are refused with 413", "set the listener's buffer limit to 32 MiB (33554432)"},
		{
			"keepalive", "a frozen service or a lost network holds clients for minutes",
			"set connection_keepalive to {interval: 5s, timeout: 5s} on the service's cluster",
		},
		{"outliers", "a dead replica goes on getting its share of requests, which fail", "add outlier_detection to the service's cluster"},
		{
			"errors-eject", "one model's errors take the whole region away from the others",
			"let outlier detection count local origin failures only (split_external_local_origin_errors)",
		},

		{
			"response-attributes", "Ockham cannot tell Bedrock's answer from Envoy's own, and escalates the wrong ones",
			"list response.code_details, response.flags and request.host in response_attributes",
		},
		{
			"request-attributes", "routes with limits of their own (real-time ones, say) are treated like all others",
			"list xds.route_name in request_attributes",
		},
		{"forward-rules", "Ockham misses headers that it reads", "forward all but secrets: use disallowed_headers"},
		{
			"metadata", "plan, verdict and cost are missing from the access log and from rate limits",
			"put ockham into metadata_options.receiving_namespaces.untyped",
		},
		{
			"rewrites-replies", "Ockham's errors, and escalated answers, lose their body or status",
			"let the first mapper fit response.code_details that start with ockham_, and change nothing",
		},
		{
			"plain-replies", "errors of Envoy itself are plain text, which clients' libraries cannot read",
			"add the local_reply_config of \"ockham render envoy\"",
		},
		{"details-leak", "clients read internal details of the gateway", "leave the code details out of bodies"},
	}
}

func trapNamed(name string) (Trap, bool) {
	for _, t := range Traps() {
		if t.Name == name {
			return t, true
		}
	}
	return Trap{}, false
}
