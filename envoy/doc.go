// Package envoy is Envoy's side of Ockham: its configuration, rendered from one set of templates, and
// the doctor that finds what is wrong with somebody else's.
//
// The rendered routes rest on what the service does with a request it has planned, in its answer to
// the request's body:
//
//   - it writes :path as /model/ID/OPERATION and :authority as the host (and the port, unless it is the
//     scheme's own) of the region's endpoint, and sets clear_route_cache. Envoy then matches again: the
//     authority picks the region's virtual host and cluster. Nothing else leads to Bedrock;
//   - it sends x-envoy-max-retries: 0 and its own x-envoy-upstream-rq-* limits;
//   - a request that was not planned stays on a route that answers 500, and never leaves.
//
// Its own immediate responses carry details that begin with ockham_; every other local reply is put in
// the words of the client's dialect here. Dynamic metadata in the namespace ockham is logged whole.
package envoy
