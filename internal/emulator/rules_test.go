package emulator

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// tools, turns and blocks that the cases below are made of.
const (
	oneTool    = `"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"The weather of a city","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}}}}}}]}`
	toolCalled = `{"role":"user","content":[{"text":"weather?"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"weather","input":{}}}]}`
	toolResult = `{"toolResult":{"toolUseId":"t1","content":[{"text":"sunny"}]}}`
)

func turns(all ...string) string { return `{"messages":[` + strings.Join(all, ",") + `]}` }

func user(blocks string) string { return `{"role":"user","content":[` + blocks + `]}` }

func assistant(blocks string) string { return `{"role":"assistant","content":[` + blocks + `]}` }

// with adds members to a request of one user turn.
func with(members string) string {
	return `{"messages":[` + user(`{"text":"hello"}`) + `],` + members + `}`
}

// withTools adds a tool to turns.
func withTools(all ...string) string {
	return `{"messages":[` + strings.Join(all, ",") + `],` + oneTool + `}`
}

// TestRules names for each broken rule the model, the operation and the exact answer.
func TestRules(t *testing.T) {
	s := newServer(t, Config{NoVerify: true, Profiles: map[string]string{"abc123": micro}})
	document := func(name string) string {
		return `{"document":{"format":"txt","name":"` + name + `","source":{"bytes":"aGk="}}}`
	}
	picture := `{"image":{"format":"png","source":{"bytes":"aGk="}}}`
	for _, c := range []struct {
		name, model, op, body string
		want                  string // the message; empty for a success
	}{
		// Models.
		{"id", micro, "converse", ask("hi"), ""},
		{"profile", haiku, "converse", ask("hi"), ""},
		{"global profile", "global.anthropic.claude-haiku-5-5", "converse", ask("hi"), ""},
		{"profile ARN", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + haiku, "converse", ask("hi"), ""},
		{"model ARN", "arn:aws:bedrock:us-east-1::foundation-model/" + micro, "converse", ask("hi"), ""},
		{"application profile", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", "converse", ask("hi"), ""},
		{"unknown application profile", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/zzz", "converse", ask("hi"), "The provided model identifier is invalid."},
		{"imported", "arn:aws:bedrock:us-east-1:123456789012:imported-model/m", "converse", ask("hi"), "The Converse API doesn't support imported models."},
		{"ARN of another region", "arn:aws:bedrock:eu-west-1::foundation-model/" + micro, "converse", ask("hi"), "The provided model identifier is invalid."},
		{"profile of another geography", "eu.anthropic.claude-haiku-5-5", "converse", ask("hi"), "The provided model identifier is invalid."},
		{"unknown", "anthropic.claude-9", "converse", ask("hi"), "The provided model identifier is invalid."},
		{"retired", "anthropic.claude-3-7-sonnet-20250219-v1:0", "converse", ask("hi"), "The provided model identifier is invalid."},
		{"profile needed", "anthropic.claude-haiku-4-5-20251001-v1:0", "converse", ask("hi"), "Invocation of model ID anthropic.claude-haiku-4-5-20251001-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model."},
		{"long id", strings.Repeat("a", 2049), "converse", ask("hi"), "1 validation error detected: Value at 'modelId' failed to satisfy constraint: Member must have length less than or equal to 2048"},

		// Turns.
		{"no messages", haiku, "converse", `{}`, "A conversation must start with a user message. Try again with a conversation that starts with a user message."},
		{"empty body", haiku, "converse", ``, "A conversation must start with a user message. Try again with a conversation that starts with a user message."},
		{"assistant first", haiku, "converse", turns(assistant(`{"text":"hi"}`)), "A conversation must start with a user message. Try again with a conversation that starts with a user message."},
		{"two users", haiku, "converse", turns(user(`{"text":"a"}`), user(`{"text":"b"}`)), "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."},
		{"role", haiku, "converse", turns(user(`{"text":"a"}`), `{"role":"tool","content":[{"text":"a"}]}`), "1 validation error detected: Value 'tool' at 'messages.2.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]"},
		{"system role, old model", haiku, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"b"}`), `{"role":"system","content":[{"text":"s"}]}`, user(`{"text":"c"}`)), "1 validation error detected: Value 'system' at 'messages.3.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]"},
		{"system role, new model", opus, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"b"}`), `{"role":"system","content":[{"text":"s"}]}`, user(`{"text":"c"}`)), ""},
		{"prefill", haiku, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"{"}`)), ""},
		{"prefill with space", haiku, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"{ "}`)), "The model returned the following errors: messages: final assistant content cannot end with trailing whitespace"},
		{"no prefill", opus, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"{"}`)), "The model returned the following errors: This model does not support assistant message prefill. The conversation must end with a user message."},
		{"assistant last", micro, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":"{"}`)), "The model that you are using requires the last turn in the conversation to be a user message. Add a user message to the conversation and try again."},

		// Blocks.
		{"blank", haiku, "converse", turns(user(`{"text":"a"},{"text":" \n"}`)), "The text field in the ContentBlock object at messages.0.content.1 is blank. Add text to the text field, and try again."},
		{"blank answer", haiku, "converse", turns(user(`{"text":"a"}`), assistant(`{"text":""}`), user(`{"text":"a"}`)), "The text field in the ContentBlock object at messages.1.content.0 is blank. Add text to the text field, and try again."},
		{"no content", haiku, "converse", turns(user(``)), "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content field and try again."},
		{"content missing", haiku, "converse", turns(`{"role":"user"}`), "1 validation error detected: Value null at 'messages.1.member.content' failed to satisfy constraint: Member must not be null"},
		{"empty block", haiku, "converse", turns(user(`{}`)), "ContentBlock object at messages.0.content.0 must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult."},
		{"type in union", haiku, "converse", turns(user(`{"type":"text","text":"a"}`)), "ContentBlock object at messages.0.content.0 must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult."},
		{"OpenAI's block", haiku, "converse", turns(user(`{"image_url":{"url":"x"}}`)), "ContentBlock object at messages.0.content.0 must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult."},
		{"case of keys", haiku, "converse", turns(user(`{"Text":"a"}`)), "ContentBlock object at messages.0.content.0 must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult."},
		{"string content", haiku, "converse", turns(`{"role":"user","content":"hi"}`), "STRING_VALUE can not be converted to a list"},
		{"number text", haiku, "converse", turns(user(`{"text":1}`)), "NUMBER_VALUE can not be converted to a string"},
		{"nulls are absent", haiku, "converse", turns(user(`{"text":"a","image":null}`)), ""},

		// Attachments.
		{"image", haiku, "converse", turns(user(picture + `,{"text":"what?"}`)), ""},
		{"image, blind model", micro, "converse", turns(user(picture)), "This model doesn't support the image content block that you provided. Try again with a supported content block or use a different model."},
		{"image by assistant", haiku, "converse", turns(user(`{"text":"a"}`), assistant(picture), user(`{"text":"a"}`)), "The image field in the ContentBlock object at messages.1.content.0 is only allowed in messages with the user role."},
		{"image format", haiku, "converse", turns(user(`{"image":{"format":"jpg","source":{"bytes":"aGk="}}}`)), "1 validation error detected: Value 'jpg' at 'messages.1.member.content.1.member.image.format' failed to satisfy constraint: Member must satisfy enum value set: [png, jpeg, gif, webp]"},
		{"base64", haiku, "converse", turns(user(`{"image":{"format":"png","source":{"bytes":"a g k="}}}`)), "Expected base64-encoded bytes at 'messages.0.content.0.image.source.bytes'"},
		{"21 images", haiku, "converse", turns(user(strings.TrimSuffix(strings.Repeat(picture+",", 21), ","))), "The number of images in the conversation exceeds the limit of 20. Remove images and try again."},
		{"document", haiku, "converse", turns(user(document("Report (1)") + `,{"text":"what?"}`)), ""},
		{"document alone", haiku, "converse", turns(user(document("a"))), "The Message object at messages.0 contains a document but no text. Add a text block that accompanies the document and try again."},
		{"document name", haiku, "converse", turns(user(document("report.txt") + `,{"text":"what?"}`)), "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character."},
		{"document twice", haiku, "converse", turns(user(document("a") + "," + document("a") + `,{"text":"what?"}`)), "Messages can not contain duplicate document names"},

		// Tools.
		{"tool", haiku, "converse", withTools(user(`{"text":"hi"}`)), ""},
		{"tool turn", haiku, "converse", withTools(toolCalled, user(toolResult)), ""},
		{"tool turn with text", haiku, "converse", withTools(toolCalled, user(toolResult+`,{"text":"and?"}`)), ""},
		{"tool turn with text, Llama", scout, "converse", withTools(toolCalled, user(toolResult+`,{"text":"and?"}`)), "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn."},
		{"no toolConfig", haiku, "converse", turns(toolCalled, user(toolResult)), "The toolConfig field must be defined when using toolUse and toolResult content blocks."},
		{"no result", haiku, "converse", withTools(toolCalled, user(`{"text":"hi"}`)), "Expected toolResult blocks at messages.2.content for the following Ids: t1"},
		{"two results", haiku, "converse", withTools(toolCalled, user(toolResult+","+toolResult)), "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn."},
		{"other result", haiku, "converse", withTools(toolCalled, user(strings.Replace(toolResult, "t1", "t2", 1))), "Expected toolResult blocks at messages.2.content for the following Ids: t1"},
		{"input no object", haiku, "converse", withTools(user(`{"text":"a"}`), assistant(`{"toolUse":{"toolUseId":"t1","name":"weather","input":"{}"}}`), user(toolResult)), "The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field and try again."},
		{"json no object", haiku, "converse", withTools(toolCalled, user(`{"toolResult":{"toolUseId":"t1","content":[{"json":[1]}]}}`)), "The format of the value at messages.2.content.0.toolResult.content.0.json is invalid. Provide a json object for the field and try again."},
		{"empty error result", haiku, "converse", withTools(toolCalled, user(`{"toolResult":{"toolUseId":"t1","content":[],"status":"error"}}`)), "The content field at messages.2.content.0.toolResult cannot be empty when status value is error."},
		{"blank result", haiku, "converse", withTools(toolCalled, user(`{"toolResult":{"toolUseId":"t1","content":[{"text":""}]}}`)), "The text field in the ToolResultContentBlock object at messages.2.content.0.toolResult.content.0 is blank. Add text to the text field, and try again."},
		{"same id again", haiku, "converse", withTools(toolCalled, user(toolResult), assistant(`{"toolUse":{"toolUseId":"t1","name":"weather","input":{}}}`), user(toolResult)), "The model returned the following errors: messages.3.content.0: `tool_use` ids must be unique"},
		{"same tool twice", haiku, "converse", with(`"toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object"}}}},{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object"}}}}]}`), "The model returned the following errors: tools: Tool names must be unique."},
		{"empty tools", haiku, "converse", with(`"toolConfig":{"tools":[]}`), "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"tool name", haiku, "converse", with(strings.Replace(oneTool, `"weather"`, `"the weather"`, 1)), "1 validation error detected: Value 'the weather' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+"},
		{"two faults", haiku, "converse", with(strings.Replace(strings.Replace(oneTool, `"weather"`, `"`+strings.Repeat("é", 40)+`"`, 1), `"The weather of a city"`, `""`, 1)), "3 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.description' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '" + strings.Repeat("é", 40) + "' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value '" + strings.Repeat("é", 40) + "' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"schema type", haiku, "converse", with(strings.Replace(oneTool, `"type":"object",`, ``, 1)), "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object."},
		{"schema no object", haiku, "converse", with(`"toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":"{}"}}}]}`), "The format of the value at toolConfig.tools.0.toolSpec.inputSchema.json is invalid. Provide a json object for the field and try again."},
		{"no tools, model", titan, "converse", with(oneTool), "This model doesn't support tool use."},
		{"no tools, stream", scout, "converse-stream", with(oneTool), "This model doesn't support tool use in streaming mode."},
		{"tools, plain", scout, "converse", with(oneTool), ""},
		{"no choice", scout, "converse", with(chosen(`{"any":{}}`)), "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again."},
		{"no force", opus, "converse", with(chosen(`{"tool":{"name":"weather"}}`)), `The model returned the following errors: tool_choice: type "tool" and "any" are not supported for this model.`},
		{"auto", opus, "converse", with(chosen(`{"auto":{}}`)), ""},
		{"forced", haiku, "converse", with(chosen(`{"tool":{"name":"weather"}}`)), ""},
		{"force and think", haiku, "converse", with(chosen(`{"any":{}}`) + `,"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}`), "The model returned the following errors: Thinking may not be enabled when tool_choice forces tool use."},
		{"a budget, new Claude", opus, "converse", with(`"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}`), "The model returned the following errors: \"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior."},
		{"adaptive, new Claude", opus, "converse", with(`"additionalModelRequestFields":{"thinking":{"type":"adaptive"}}`), ""},
		{"adaptive, old Claude", haiku, "converse", with(`"additionalModelRequestFields":{"thinking":{"type":"adaptive"}}`), "The model returned the following errors: adaptive thinking is not supported on this model"},
		{"unknown choice", haiku, "converse", with(chosen(`{"tool":{"name":"other"}}`)), "The tool name other at toolConfig.toolChoice.tool.name isn't defined in toolConfig.tools. Provide the name of a defined tool and try again."},

		// Parameters.
		{"system", haiku, "converse", with(`"system":[{"text":"be kind"}]`), ""},
		{"blank system", haiku, "converse", with(`"system":[{"text":" "}]`), "The text field in the SystemContentBlock object at system.0 is blank. Add text to the text field, and try again."},
		{"no system", titan, "converse", with(`"system":[{"text":"be kind"}]`), "This model doesn't support system messages. Try again without a system message or use a model that supports system messages."},
		{"no system, Mixtral", mixed, "converse", with(`"system":[{"text":"be kind"}]`), "This model doesn't support system messages. Try again without a system message or use a model that supports system messages."},
		{"temperature", haiku, "converse", with(`"inferenceConfig":{"temperature":0.5}`), ""},
		{"temperature 2", haiku, "converse", with(`"inferenceConfig":{"temperature":2}`), "1 validation error detected: Value at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1"},
		{"no temperature", opus, "converse", with(`"inferenceConfig":{"temperature":0.5}`), "The model returned the following errors: `temperature` is deprecated for this model."},
		{"no top_p", opus, "converse", with(`"inferenceConfig":{"topP":0.5}`), "The model returned the following errors: `top_p` is deprecated for this model."},
		{"no top_k", opus, "converse", with(`"additionalModelRequestFields":{"top_k":5}`), "The model returned the following errors: `top_k` is deprecated for this model."},
		{"maxTokens 0", haiku, "converse", with(`"inferenceConfig":{"maxTokens":0}`), "1 validation error detected: Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"maxTokens", micro, "converse", with(`"inferenceConfig":{"maxTokens":20000}`), "The maximum tokens you requested exceeds the model limit of 10000. Try again with a maximum tokens value that is lower than 10000."},
		{"no stop", "us.openai.gpt-6.1-sol", "converse", with(`"inferenceConfig":{"stopSequences":["x"]}`), "This model doesn't support the stopSequences field. Remove stopSequences and try again."},
		{"empty stop", haiku, "converse", with(`"inferenceConfig":{"stopSequences":[""]}`), "1 validation error detected: Value '' at 'inferenceConfig.stopSequences.1.member' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"tier", haiku, "converse", with(`"serviceTier":{"type":"auto"}`), "1 validation error detected: Value 'auto' at 'serviceTier.type' failed to satisfy constraint: Member must satisfy enum value set: [priority, default, flex, reserved]"},
		{"metadata", haiku, "converse", with(`"requestMetadata":{"k":"a|b"}`), `1 validation error detected: Value 'a|b' at 'requestMetadata.k' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9\s:_@$#=/+,-.]*`},
		{"schema", haiku, "converse", with(schemaOf(`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`)), ""},
		{"open schema", haiku, "converse", with(schemaOf(`{"type":"object","properties":{"a":{"type":"string"}}}`)), "The model returned the following errors: output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"},
		{"no schemas", micro, "converse", with(schemaOf(`{"type":"object","additionalProperties":false}`)), "The model returned the following errors: output_config.format: Extra inputs are not permitted"},
		{"strict, new Claude", opus, "converse", with(strings.Replace(oneTool, `"name"`, `"strict":true,"name"`, 1)), "The model returned the following errors: tools.0.custom.strict: Extra inputs are not permitted"},
		{"cachePoint", haiku, "converse", turns(user(`{"text":"a"},{"cachePoint":{"type":"default"}}`)), ""},
		{"no cachePoint", mixed, "converse", turns(user(`{"text":"a"},{"cachePoint":{"type":"default"}}`)), "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information."},
		{"too long", titan, "converse", ask(strings.Repeat("word ", 9000)), "Input is too long for requested model."},
		{"not JSON", haiku, "converse", `{"messages":`, "Unable to parse the request body as JSON: unexpected end of JSON input"},
		{"list", haiku, "converse", `[]`, "START_ARRAY can not be converted to a structure or map"},
		{"unknown member", haiku, "converse", with(`"max_tokens":5`), ""},
		{"unknown marker", haiku, "converse", ask("hi [[fault:nosuch]]"), "emulator: unknown fault \"nosuch\"; known are " + strings.Join(FaultNames(), ", ")},

		// CountTokens.
		{"count", haiku, "count-tokens", `{"input":{"converse":` + ask("hi") + `}}`, ""},
		{"count invoke", haiku, "count-tokens", `{"input":{"invokeModel":{"body":"eyJhbnRocm9waWNfdmVyc2lvbiI6ImJlZHJvY2stMjAyMy0wNS0zMSIsIm1heF90b2tlbnMiOjUsIm1lc3NhZ2VzIjpbeyJyb2xlIjoidXNlciIsImNvbnRlbnQiOiJoaSJ9XX0="}}}`, ""},
		{"count, other model", micro, "count-tokens", `{"input":{"converse":` + ask("hi") + `}}`, ""},
		{"count nothing", haiku, "count-tokens", `{}`, "1 validation error detected: Value null at 'input' failed to satisfy constraint: Member must not be null"},
		{"count no base64", haiku, "count-tokens", `{"input":{"invokeModel":{"body":"?"}}}`, "Expected base64-encoded bytes at 'input.invokeModel.body'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := call(t, s, c.model, c.op, c.body)
			if got.message() != c.want {
				t.Errorf("got %d %q\nwant %q", got.status, got.message(), c.want)
			}
			if c.want == "" && got.status != 200 {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

func chosen(choice string) string {
	return strings.TrimSuffix(oneTool, "}") + `,"toolChoice":` + choice + `}`
}

func schemaOf(schema string) string {
	return fmt.Sprintf(`"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":%s}}}}`, mustJSON(schema))
}

func TestIgnoredMembersAreNamed(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	got := call(t, s, haiku, "converse", with(`"inferenceConfig":{"max_tokens":5}`))
	if name := got.header.Get("X-Emulator-Ignored"); name != "inferenceConfig.max_tokens" {
		t.Errorf("X-Emulator-Ignored is %q, want inferenceConfig.max_tokens", name)
	}
}

func TestUnknownOperations(t *testing.T) {
	s := newServer(t, Config{})
	const want = `{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`
	for _, target := range []string{
		"POST /model/arn:aws:bedrock:us-east-1:1:inference-profile/" + haiku + "/converse", "POST /model/a/unheard-of", "POST /model//converse",
		"POST /model/a", "POST /model/a/converse/", "POST /", "GET /model/a/converse", "POST /models/a/converse",
	} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(ask("hi"))))
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: got %d %s, want 200 %s", target, w.Code, w.Body, want)
		}
	}
}
