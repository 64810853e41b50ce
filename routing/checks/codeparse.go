package checks

import (
	"go/parser"
	"go/token"
	"strings"

	"github.com/goccy/go-yaml"
)

// maxGo is the longest block that Go's parser reads as a whole, which takes about 35 µs a KB. Of a longer
// one it reads the last declarations that fit; brackets and strings are followed through all of it.
const maxGo = 1536

func faultGo(src string) string {
	if strings.Contains(src, "...\n") || strings.HasSuffix(strings.TrimSpace(src), "...") {
		return ""
	}
	if len(src) > maxGo {
		g := grammar{line: "//", block: true, quotes: `"'`, long: "`", raw: true}
		if g.fault(src) == "" && parsesGo(lastDeclarations(src)) {
			return ""
		}
	}
	if parsesGo(src) {
		return ""
	}
	return "does not parse"
}

// lastDeclarations are those at the end of a block that maxGo bytes hold.
func lastDeclarations(src string) string {
	tail := src[len(src)-maxGo:]
	first := len(tail)
	for _, word := range []string{"\nfunc ", "\ntype ", "\nvar ", "\nconst "} {
		if i := strings.Index(tail, word); i >= 0 {
			first = min(first, i)
		}
	}
	return tail[first:]
}

// parsesGo reads a file, declarations or statements, whichever the block begins like, then the others.
func parsesGo(src string) bool {
	ways := []string{"", "package p\n", "package p\nfunc _() {\n"}
	if !strings.Contains(src, "package ") {
		ways = ways[1:]
	}
	for _, way := range ways {
		end := ""
		if strings.HasSuffix(way, "{\n") {
			end = "\n}"
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", way+src+end, parser.SkipObjectResolution); err == nil {
			return true
		}
	}
	return false
}

// faultJSON allows comments, placeholders, several values, and a member without its braces.
func faultJSON(src string) string {
	src = "\n" + src
	for _, sign := range []string{"...", " //", "\t//", "\n//", "/*", "<"} {
		if strings.Contains(src, sign) {
			return ""
		}
	}
	if key := skipSpace(src); beginsKey(key) {
		src = "{" + src + "}"
	}
	var s scanner
	s.reset(0)
	for at := skipTo(src, 0); at < len(src); at = skipTo(src, s.pos) {
		s.reset(at)
		s.read(src)
		if s.wrong != "" {
			return s.wrong
		}
		if !s.complete() {
			return "the JSON value does not end"
		}
	}
	return ""
}

// maxYAML is the longest block that is given to the parser, which takes about 0.15 ms for it. Of longer
// ones only the indentation is looked at.
const maxYAML = 512

func faultYAML(src string) (why string) {
	if strings.Contains(src, "...") || strings.Contains(src, "{{") || strings.Contains(src, "<") {
		return ""
	}
	for line := range strings.Lines(src) {
		if strings.HasPrefix(line, "\t") && strings.TrimSpace(line) != "" {
			return "a tab indents"
		}
	}
	if len(src) > maxYAML {
		return ""
	}
	defer func() {
		if recover() != nil { // a parser's panic says nothing about the answer
			why = ""
		}
	}()
	var v any
	if err := yaml.Unmarshal([]byte(src), &v); err != nil {
		return "does not parse"
	}
	return ""
}
