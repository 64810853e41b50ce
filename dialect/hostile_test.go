package dialect

import (
	"strconv"
	"strings"
	"testing"
)

// hostile bodies are a few megabytes that would take minutes or all memory if any step were not linear.
func hostile(size int) map[string]string {
	fill := func(before, part, after string) string {
		return before + strings.Repeat(part, size/len(part)) + after
	}
	var keys strings.Builder
	for i := 0; keys.Len() < size; i++ {
		keys.WriteString(`"k` + strconv.Itoa(i) + `":1,`)
	}
	deep := strings.Repeat(`{"a":[`, maxDepth/2-8)
	return map[string]string{
		"brackets":      strings.Repeat("[", size),
		"objects":       fill("", `{"a":`, ""),
		"keys":          `{` + keys.String() + `"messages":[{"role":"user","content":"x"}]}`,
		"metadata":      `{"metadata":{` + strings.ReplaceAll(keys.String(), ":1", `:"1"`) + `"z":"1"},"messages":[{"role":"user","content":"x"}]}`,
		"backslashes":   fill(`{"messages":[{"role":"user","content":"`, `\\`, `"}]}`),
		"quotes":        fill(`{"messages":[{"role":"user","content":"`, `\"`, `"}]}`),
		"surrogates":    fill(`{"messages":[{"role":"user","content":"`, `\ud800`, `"}]}`),
		"digits":        fill(`{"max_tokens":`, "9", `,"messages":[]}`),
		"fraction":      fill(`{"temperature":0.`, "9", `,"messages":[]}`),
		"spaces":        fill(`{"messages":[`, " ", `{"role":"user","content":"x"}]}`),
		"commas":        fill(`{"messages":[`, `{"role":"user","content":"x"},`, `{"role":"user","content":"x"}]}`),
		"turns":         fill(`{"messages":[`, `{"role":"user","content":"x"},{"role":"assistant","content":"y"},`, `{"role":"user","content":"x"}]}`),
		"blanks":        fill(`{"messages":[`, `{"role":"user","content":" "},{"role":"assistant","content":""},`, `{"role":"user","content":"x"}]}`),
		"calls":         fill(`{"messages":[{"role":"assistant","tool_calls":[`, `{"id":"a","function":{"name":"f","arguments":"{}"}},`, `{"id":"a","function":{"name":"f"}}]}]`+weather+`}`),
		"results":       fill(`{"messages":[`+callW("a")+`,`, toolSays("a", "x")+`,`, toolSays("a", "y")+`]`+weather+`}`),
		"rounds":        fill(`{"messages":[`, callW("a")+`,`+toolSays("a", "x")+`,`, callW("a")+`]`+weather+`}`),
		"schema":        `{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":` + deep + `1` + strings.Repeat("]}", maxDepth/2-8) + `}}]}`,
		"tools":         `{"messages":[{"role":"user","content":"x"}],"tools":[` + manyTools(size) + `]}`,
		"stops":         fill(`{"stop":[`, `"x",`, `"y"],"messages":[{"role":"user","content":"x"}]}`),
		"base64":        fill(`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,`, "QUJD", `"}}]}]}`),
		"parts":         fill(`{"messages":[{"role":"user","content":[`, `{"type":"text","text":"x"},`, `{"type":"text","text":"x"}]}]}`),
		"unclosed":      fill(`{"messages":"`, "a", ""),
		"arguments":     fill(`{"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"`, "[", `"}}]}]`+weather+`}`),
		"document name": fill(`{"messages":[{"role":"user","content":[`, `{"type":"file","file":{"filename":"a","file_data":"data:application/pdf;base64,QUJD"}},`, `{"type":"text","text":"x"}]}]}`),
	}
}

func manyTools(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(`{"type":"function","function":{"name":"f` + strconv.Itoa(i) + `"}},`)
	}
	return b.String() + `{"type":"function","function":{"name":"f"}}`
}

// TestHostileBodies: each is read or refused. BenchmarkHostile shows for ten megabytes that time stays linear.
func TestHostileBodies(t *testing.T) {
	for name, body := range hostile(1 << 18) {
		for _, d := range All() {
			call, err := d.Parse(input("/model/auto/converse", body))
			if _, ok := err.(*Error); !ok && (err != nil || call == nil) {
				t.Errorf("%s, %s: got %v, want a call or a refusal", d.Name(), name, err)
			}
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, body := range hostile(10 << 20) {
		b.Run(name, func(b *testing.B) {
			in := input("/v1/chat/completions", body)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				_, _ = OpenAI{}.Parse(in)
			}
		})
	}
}
