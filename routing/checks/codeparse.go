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

// maxYAML bounds what is given to the parser: it is slow on what is large and not meant to be read.
const maxYAML = 64 << 10

func faultYAML(src string) (why string) {
	if len(src) > maxYAML || strings.Contains(src, "...") || strings.Contains(src, "{{") || strings.Contains(src, "<") {
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
