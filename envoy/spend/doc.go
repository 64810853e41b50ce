// Package spend is empty but for its tests, which have the build tag spend: they need Envoy's rate limit
// service and a Redis. See tools.sh.
package spend
