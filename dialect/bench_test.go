package dialect

import (
	"strings"
	"testing"

	"ockham/bedrock"
)

const paragraph = `Dear team, the invoice of 3 March (no. 4711) still lists the \"old\" price.\nPlease correct it and send it again before Friday. `

func BenchmarkParse(b *testing.B) {
	long := strings.Repeat(paragraph, 8)
	turn := `{"role":"user","content":"` + paragraph + `"},{"role":"assistant","content":"` + paragraph + `"},`
	for _, c := range []struct{ name, path, body string }{
		{"generate/1KB", "/api/v1/generate", `{"prompt":"` + long + `","task_type":"summarize","max_tokens":200}`},
		{"generate/1MB", "/api/v1/generate", `{"prompt":"` + strings.Repeat(long, 1000) + `"}`},
		{"openai/1KB", "/v1/chat/completions", `{"model":"auto","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"` + long + `"}],"temperature":0.2,"max_tokens":200,"stream":true}`},
		{"openai/20turns", "/v1/chat/completions", `{"model":"auto","messages":[` + strings.Repeat(turn, 10) + `{"role":"user","content":"hi"}]}`},
		{"openai/tools", "/v1/chat/completions", `{"model":"auto","messages":[{"role":"user","content":"hi"},` + callW("1") + `,` + toolSays("1", "ok") + `]` + weather + `}`},
		{"anthropic/1KB", "/v1/messages", `{"model":"auto","max_tokens":200,"system":"Be brief.","messages":[{"role":"user","content":"` + long + `"}]}`},
		{"converse/1KB", "/model/auto/converse", `{"messages":[{"role":"user","content":[{"text":"` + long + `"}]}],"inferenceConfig":{"maxTokens":200}}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, _ := For("POST", c.path)
			in := input(c.path, c.body, "content-type", "application/json")
			b.SetBytes(int64(len(c.body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Parse(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAnswer(b *testing.B) {
	r := reply()
	r.Answer.Content = []bedrock.Block{textBlock(strings.Repeat(paragraph, 8))}
	for name, call := range parsed(b) {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 8192)
			b.ReportAllocs()
			for b.Loop() {
				dst = call.Dialect.Answer(dst[:0], call, r)
			}
		})
	}
}

func BenchmarkStreamEvent(b *testing.B) {
	r := reply()
	for name, call := range parsed(b) {
		b.Run(name, func(b *testing.B) {
			s := call.Dialect.Stream(call, r)
			dst := make([]byte, 0, 8192)
			ev := &bedrock.Event{Kind: bedrock.TextDelta, Text: " token"}
			b.ReportAllocs()
			for b.Loop() {
				dst = s.Event(dst[:0], ev)
			}
		})
	}
}
