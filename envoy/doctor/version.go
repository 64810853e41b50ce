package doctor

import (
	"fmt"
	"strings"
)

// version is Envoy's; the zero value is unknown.
type version struct{ major, minor, patch int }

func (v version) known() bool { return v != version{} }

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch) }

func (v version) before(major, minor, patch int) bool {
	w := version{major, minor, patch}
	if v.major != w.major {
		return v.major < w.major
	}
	if v.minor != w.minor {
		return v.minor < w.minor
	}
	return v.patch < w.patch
}

// parseVersion reads "1.40.0", and what Envoy says of itself: "COMMIT/1.40.0/Clean/RELEASE/BoringSSL".
func parseVersion(s string) (version, error) {
	var v version
	for part := range strings.SplitSeq(s, "/") {
		if n, _ := fmt.Sscanf(part, "%d.%d.%d", &v.major, &v.minor, &v.patch); n >= 2 {
			return v, nil
		}
	}
	return version{}, fmt.Errorf("%q is no version of Envoy, such as 1.40.0", s)
}

// versionOf reads the version from the node that a running Envoy puts into its bootstrap.
func versionOf(bootstrap node) version {
	v := bootstrap.at("node", "user_agent_build_version", "version")
	return version{int(v.at("major_number").number(0)), int(v.at("minor_number").number(0)), int(v.at("patch").number(0))}
}

// checkVersion looks at the Envoy that a configuration is for.
func checkVersion(r *report, s *setup, _ Options) {
	if s.version.known() {
		checkAge(r, s.version, s.skipsLocalReplies())
	}
}

// checkAge knows from which Envoy on the filter works, and which ones are not safe. skips says that 1.36's
// own replies pass the filter by, or may.
func checkAge(r *report, v version, skips bool) {
	at := node{path: "version"}
	switch {
	case v.before(1, 36, 0):
		r.add("version", at, "this is Envoy %s", v)
	case v.before(1, 37, 0) && skips:
		r.add("local-replies-skip-filter", at, "this is Envoy %s, which needs a runtime flag to send its own replies through the filter", v)
	}
	if v.before(1, 37, 5) && !(v.minor == 36 && !v.before(1, 36, 9)) || (v.minor == 38 && v.before(1, 38, 3)) {
		r.add("cve-2026-47207", at, "this is Envoy %s", v)
	}
}

// skipsLocalReplies says whether Envoy 1.36's own replies pass the filter by.
func (s *setup) skipsLocalReplies() bool {
	const flag = "envoy.reloadable_features.skip_ext_proc_on_local_reply"
	for _, layer := range s.bootstrap.at("layered_runtime", "layers").list() {
		static := layer.at("static_layer")
		if static.at(flag).text() == "false" || static.at("envoy", "reloadable_features", "skip_ext_proc_on_local_reply").text() == "false" {
			return false
		}
	}
	return true
}
