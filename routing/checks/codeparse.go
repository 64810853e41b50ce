package checks

import (
	"go/parser"
	"go/token"
	"strings"

	"github.com/goccy/go-yaml"
)

// faultGo parses a file, declarations or statements, whichever the block begins like, then the others.
func faultGo(src string) string {
	if strings.Contains(src, "...\n") || strings.HasSuffix(strings.TrimSpace(src), "...") {
		return ""
	}
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
			return ""
		}
	}
	return "does not parse"
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
