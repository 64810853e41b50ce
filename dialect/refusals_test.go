package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRefusals: what a request needs and cannot have is a 400 that names it.
func TestRefusals(t *testing.T) {
	const (
		hi      = `"messages":[{"role":"user","content":"hi"}]`
		someone = `"messages":[{"role":"user","content":[`
		chats   = "/v1/chat/completions"
		claude  = "/v1/messages"
		aws     = "/model/auto/converse"
	)
	for _, c := range []struct{ path, body, param, message string }{
		{chats, `{` + hi + `,"n":2}`, "n", `"n" must be 1: Bedrock gives one answer to a request`},
		{chats, `{` + hi + `,"n":"2"}`, "n", `"n" must be an integer, not a string`},
		{chats, `{` + hi + `,"logprobs":true}`, "logprobs", `"logprobs" is not available from Bedrock`},
		{chats, `{` + hi + `,"top_logprobs":3}`, "top_logprobs", `"top_logprobs" is not available from Bedrock`},
		{chats, `{` + hi + `,"logit_bias":{"50256":-100}}`, "logit_bias", `"logit_bias" is not available from Bedrock`},
		{chats, `{` + hi + `,"modalities":["text","audio"]}`, "modalities[1]", `"modalities[1]" must be one of text`},
		{chats, `{` + hi + `,"audio":{"voice":"alloy"}}`, "audio", `"audio" is not supported: answers are text`},
		{chats, `{` + hi + `,"web_search_options":{}}`, "web_search_options", `"web_search_options" is not supported: there is no web search`},
		{chats, `{` + hi + `,"functions":[]}`, "functions", `"functions" is not supported: use tools and tool_choice`},
		{chats, `{` + hi + `,"temperature":2.5}`, "temperature", `"temperature" must be between 0 and 2`},
		{chats, `{` + hi + `,"frequency_penalty":"x"}`, "frequency_penalty", `"frequency_penalty" must be a number, not a string`},
		{chats, `{` + hi + `,"max_tokens":0}`, "max_tokens", `"max_tokens" must be an integer of at least 1`},
		{chats, `{` + hi + `,"stop":{}}`, "stop", `"stop" must be a string or an array of strings, not an object`},
		{chats, `{` + hi + `,"stream":1}`, "stream", `"stream" must be true or false, not a number`},
		{chats, `{` + hi + `,"stream_options":{"include_usage":"yes"}}`, "stream_options.include_usage", `"stream_options.include_usage" must be true or false, not a string`},
		{chats, `{` + hi + `,"reasoning_effort":"huge"}`, "reasoning_effort", `"reasoning_effort" must be one of none, minimal, low, medium, high, xhigh, max`},
		{chats, `{` + hi + `,"response_format":{"type":"json_schema"}}`, "response_format.json_schema", `"response_format.json_schema" is missing, or has no "schema"`},
		{chats, `{` + hi + `,"response_format":{"type":"grammar"}}`, "response_format.type", `"response_format.type" must be one of text, json_object, json_schema`},
		{chats, `{` + hi + `,"tools":[{"type":"web_search"}]}`, "tools[0].type", `"tools[0].type" must be function`},
		{chats, `{` + hi + `,"tools":[{"type":"function","function":{}}]}`, "tools[0].function.name", `"tools[0].function.name" is missing`},
		{chats, `{` + hi + `,"tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}]}`, "tools[1].function.name", `"tools[1].function.name" is given to two tools`},
		{chats, `{` + hi + `,"tools":[{"type":"function","function":{"name":"a","parameters":true}}]}`, "tools[0].function.parameters", `"tools[0].function.parameters" must be an object, not a boolean`},
		{chats, `{` + hi + `,"tool_choice":"required"}`, "tool_choice", `"tool_choice" asks for a tool, but there are no tools`},
		{chats, `{` + hi + `,"tool_choice":{"type":"function","function":{"name":"b"}},"tools":[{"type":"function","function":{"name":"a"}}]}`, "tool_choice", `"tool_choice" names a tool that is not among the tools`},
		{chats, `{` + hi + `,"tool_choice":"always"}`, "tool_choice", `"tool_choice" must be one of none, auto, required`},
		{chats, `{"messages":{}}`, "messages", `"messages" must be an array, not an object`},
		{chats, `{"messages":[]}`, "messages", `"messages" holds no text`},
		{chats, `{}`, "messages", `"messages" holds no text`},
		{chats, `{"messages":[{"content":"x"}]}`, "messages[0].role", `"messages[0].role" must be one of system, developer, user, assistant, tool`},
		{chats, `{"messages":[{"role":"function","content":"x"}]}`, "messages[0].role", `"messages[0].role" must be tool: function is not supported any more`},
		{chats, `{"messages":[{"role":"user","content":7}]}`, "messages[0].content", `"messages[0].content" must be a string or an array of parts, not a number`},
		{chats, `{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]}]}`, "messages[0].tool_calls[0].function.name", `"messages[0].tool_calls[0].function.name" is missing`},
		{chats, `{` + someone + `{"type":"input_audio","input_audio":{}}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" must not be input_audio: audio is not supported`},
		{chats, `{` + someone + `{"type":"video"}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" must be one of text, image_url, file`},
		{chats, `{` + someone + `{"type":"text"}]}]}`, "messages[0].content[0].text", `"messages[0].content[0].text" is missing`},
		{chats, `{"messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" must be text in this role`},
		{chats, `{` + someone + `{"type":"image_url","image_url":{"url":"http://169.254.169.254/latest"}}]}]}`, "messages[0].content[0].image_url.url", `"messages[0].content[0].image_url.url" must be a data: URL with base64 content: nothing is fetched from elsewhere`},
		{chats, `{` + someone + `{"type":"image_url","image_url":"https://example.com/a.png"}]}]}`, "messages[0].content[0].image_url", `"messages[0].content[0].image_url" must be a data: URL with base64 content: nothing is fetched from elsewhere`},
		{chats, `{` + someone + `{"type":"image_url","image_url":{"url":"data:image/png,QUJD"}}]}]}`, "messages[0].content[0].image_url.url", `"messages[0].content[0].image_url.url" must have the form data:TYPE;base64,DATA`},
		{chats, `{` + someone + `{"type":"image_url","image_url":{"url":"data:image/tiff;base64,QUJD"}}]}]}`, "messages[0].content[0].image_url.url", `"messages[0].content[0].image_url.url" must be a PNG, JPEG, GIF or WebP image`},
		{chats, `{` + someone + `{"type":"image_url","image_url":{"url":"data:image/png;base64,\"}}"}}]}]}`, "messages[0].content[0].image_url.url", `"messages[0].content[0].image_url.url" must be base64 data`},
		{chats, `{` + someone + `{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJ"}}]}]}`, "messages[0].content[0].image_url.url", `"messages[0].content[0].image_url.url" must be base64 data`},
		{chats, `{` + someone + `{"type":"file","file":{"file_id":"f1"}}]}]}`, "messages[0].content[0].file.file_id", `"messages[0].content[0].file.file_id" is not supported: send the file as file_data`},
		{chats, `{` + someone + `{"type":"file","file":{"filename":"a.exe","file_data":"data:application/octet-stream;base64,QUJD"}}]}]}`, "messages[0].content[0].file.file_data", `"messages[0].content[0].file.file_data" must be a document of one of the types pdf, csv, doc, docx, xls, xlsx, html, txt, md`},

		{claude, `{` + hi + `,"mcp_servers":[{}]}`, "mcp_servers", `"mcp_servers" is not available through Bedrock`},
		{claude, `{` + hi + `,"container":"c"}`, "container", `"container" is not available through Bedrock`},
		{claude, `{` + hi + `,"inference_geo":"us"}`, "inference_geo", `"inference_geo" is not supported: the place is set by configuration`},
		{claude, `{` + hi + `,"thinking":{"type":"on"}}`, "thinking.type", `"thinking.type" must be one of enabled, adaptive, between_tools, disabled`},
		{claude, `{` + hi + `,"thinking":{"type":"enabled","budget_tokens":10}}`, "thinking.budget_tokens", `"thinking.budget_tokens" must be an integer of at least 1024`},
		{claude, `{` + hi + `,"tools":[{"type":"web_search_20250305","name":"web_search"}]}`, "tools[0].type", `"tools[0].type" must be custom: Bedrock's Converse has no tools of Anthropic's own`},
		{claude, `{` + hi + `,"tool_choice":{"type":"any"}}`, "tool_choice", `"tool_choice" asks for a tool, but there are no tools`},
		{claude, `{` + hi + `,"output_config":{"format":{"type":"json_schema"}}}`, "output_config.format.schema", `"output_config.format.schema" is missing`},
		{claude, `{` + hi + `,"temperature":1.1}`, "temperature", `"temperature" must be between 0 and 1`},
		{claude, `{` + hi + `,"cache_control":{"type":"forever"}}`, "cache_control.type", `"cache_control.type" must be one of ephemeral`},
		{claude, `{"messages":[{"content":"x"}]}`, "messages[0].role", `"messages[0].role" is missing`},
		{claude, `{"messages":[{"role":"tool","content":"x"}]}`, "messages[0].role", `"messages[0].role" must be one of user, assistant, system`},
		{claude, `{` + someone + `{"text":"a"}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" is missing`},
		{claude, `{` + someone + `{"type":"server_tool_use"}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" is not supported`},
		{claude, `{` + someone + `{"type":"tool_use","id":"1","name":"a","input":{}}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" must not be tool_use here`},
		{claude, `{"messages":[{"role":"assistant","content":[{"type":"image"}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" must not be image here`},
		{claude, `{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"a","input":"{}"}]}]}`, "messages[0].content[0].input", `"messages[0].content[0].input" must be an object, not a string`},
		{claude, `{` + someone + `{"type":"image"}]}]}`, "messages[0].content[0].source", `"messages[0].content[0].source" is missing`},
		{claude, `{` + someone + `{"type":"document","source":{"type":"file","file_id":"f"}}]}]}`, "messages[0].content[0].source.type", `"messages[0].content[0].source.type" must not be file: there is no store of files; send the content`},
		{claude, `{"system":[{"type":"image"}],` + hi + `}`, "system[0].type", `"system[0].type" must not be image here`},

		{aws, `{}`, "messages", `"messages" holds no text`},
		{aws, `{"messages":[{"content":[{"text":"x"}]}]}`, "messages[0].role", `"messages[0].role" is missing`},
		{aws, `{` + hi + `}`, "messages[0].content", `"messages[0].content" must be an array, not a string`},
		{aws, `{` + someone + `{}]}]}`, "messages[0].content[0]", `"messages[0].content[0]" must have exactly one key, the kind of content`},
		{aws, `{` + someone + `{"type":"text"}]}]}`, "messages[0].content[0].type", `"messages[0].content[0].type" is no kind of content that can stand here`},
		{aws, `{` + someone + `{"json":{}}]}]}`, "messages[0].content[0].json", `"messages[0].content[0].json" is no kind of content that can stand here`},
		{aws, `{` + someone + `{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/k"}}}}]}]}`, "messages[0].content[0].image.source.s3Location", `"messages[0].content[0].image.source.s3Location" is not supported: it would be read with other rights than yours; send the bytes`},
		{aws, `{` + someone + `{"document":{"name":"a.pdf","format":"pdf","source":{"bytes":"QUJD"}}}]}]}`, "messages[0].content[0].document.name", `"messages[0].content[0].document.name" must have 1 to 200 letters, digits, single spaces, hyphens and brackets`},
		{aws, `{` + someone + `{"document":{"name":"a","format":"pdf","source":{"bytes":"QUJD"}}},{"document":{"name":"a","format":"pdf","source":{"bytes":"QUJD"}}}]}]}`, "messages[0].content[1].document.name", `"messages[0].content[1].document.name" is given to two documents`},
		{aws, `{"system":[{"image":{}}]}`, "system[0].image", `"system[0].image" is not allowed in a system prompt`},
		{aws, `{"inferenceConfig":{"maxTokens":0}}`, "inferenceConfig.maxTokens", `"inferenceConfig.maxTokens" must be an integer of at least 1`},
		{aws, `{"inferenceConfig":{"stopSequences":[""]}}`, "inferenceConfig.stopSequences[0]", `"inferenceConfig.stopSequences[0]" must not be empty`},
		{aws, `{"toolConfig":{"tools":[{"toolSpec":{"name":"a b"}}]}}`, "toolConfig.tools[0].toolSpec.name", `"toolConfig.tools[0].toolSpec.name" must have 1 to 64 of the characters a-z, A-Z, 0-9, _ and -`},
		{aws, `{"toolConfig":{"tools":[{}]}}`, "toolConfig.tools[0]", `"toolConfig.tools[0]" must have exactly one key, the kind of tool`},
		{aws, `{"toolConfig":{"toolChoice":{"any":{},"auto":{}}}}`, "toolConfig.toolChoice.auto", `"toolConfig.toolChoice.auto" is given besides another choice`},
		{aws, `{"toolConfig":{"toolChoice":{"any":{}}}}`, "toolConfig.toolChoice.any", `"toolConfig.toolChoice.any" asks for a tool, but there are no tools`},
		{aws, `{"toolConfig":{"toolChoice":{"tool":{"name":"x"}}}}`, "toolConfig.toolChoice.tool.name", `"toolConfig.toolChoice.tool.name" names a tool that is not among the tools`},
		{aws, `{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{"}}}}}`, "outputConfig.textFormat.structure.jsonSchema.schema", `"outputConfig.textFormat.structure.jsonSchema.schema" must be a JSON Schema, as a string`},
		{aws, `{"requestMetadata":{"a":1}}`, "requestMetadata.a", `"requestMetadata.a" must be a string, not a number`},
		{"/model/auto/count-tokens", `{"input":{"invokeModel":{"body":""}}}`, "input.invokeModel", `"input.invokeModel" is not supported: count the tokens of a converse request`},
		{"/model/auto/count-tokens", `{}`, "input.converse", `"input.converse" is missing`},
	} {
		d, refused := For("POST", c.path)
		if refused != nil {
			t.Fatal(refused)
		}
		_, err := d.Parse(input(c.path, c.body))
		want := &Error{Code: InvalidRequest, Param: c.param, Message: c.message}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("%s %s\nerror (-want +got):\n%s", c.path, c.body, diff)
		}
	}
}

// TestSameFaults: every dialect refuses bodies that are no JSON objects, in the same words.
func TestSameFaults(t *testing.T) {
	for path, d := range map[string]Dialect{
		"/api/v1/generate": Generate{}, "/v1/chat/completions": OpenAI{}, "/v1/messages": Anthropic{},
		"/v1/messages/count_tokens": Anthropic{}, "/model/auto/converse": Converse{}, "/model/auto/count-tokens": Converse{},
	} {
		for _, c := range []struct {
			body    string
			headers []string
			status  int
		}{
			{"", nil, 400},
			{"[]", nil, 400},
			{"null", nil, 400},
			{`{"messages":`, nil, 400},
			{"{\"messages\":\"\xff\"}", nil, 400},
			{`{"messages":[],"messages":[]}`, nil, 400},
			{`{}`, []string{"content-type", "text/plain"}, 415},
			{`{}`, []string{"content-encoding", "br"}, 415},
		} {
			_, err := d.Parse(input(path, c.body, c.headers...))
			if e, ok := err.(*Error); !ok || e.Status() != c.status {
				t.Errorf("%s %q: got %v, want a %d", path, c.body, err, c.status)
			}
		}
	}
}

// TestDropped: what a request merely prefers is dropped and named.
func TestDropped(t *testing.T) {
	body := `{"messages":[{"role":"user","content":"hi"}],"seed":null,"user":"u","logprobs":false,"top_logprobs":0,"n":1,"audio":null,
		"presence_penalty":1,"frequency_penalty":0,"store":true,"prompt_cache_key":"k","bad name\r\nx: y":1,"service_tier":"scale","stop":["\n"],
		"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"required","parallel_tool_calls":false,"metadata":{"k":"ü"}}`
	call, err := OpenAI{}.Parse(input("/v1/chat/completions", body))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"user", "presence_penalty", "store", "prompt_cache_key", "other", "service_tier", "stop", "metadata", "parallel_tool_calls"}
	if diff := cmp.Diff(want, call.Dropped); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
}
