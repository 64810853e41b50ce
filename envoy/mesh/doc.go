// Package mesh is empty but for its tests, which have the build tag mesh: they need tools that take long
// to build. See tools.sh.
package mesh
