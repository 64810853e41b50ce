// Drives the emulator with the AWS SDK for JavaScript and prints one line a check: "ok NAME" or "FAIL NAME: why".
// Arguments: the emulator's http URL, its https URL, the file of its certificate authority. NODE_EXTRA_CA_CERTS must name
// that file too.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [plain, secured, , modules] = process.argv.slice(2);
const load = createRequire(pathToFileURL(modules + "/"));
const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand } =
  load("@aws-sdk/client-bedrock-runtime");
const { NodeHttpHandler } = load("@smithy/node-http-handler");

const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const micro = "amazon.nova-micro-v1:0";
const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + haiku;
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const claude = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", max_tokens: 100, messages: [{ role: "user", content: "What is a fjord?" }] });
const toolConfig = {
  tools: [{ toolSpec: { name: "weather", description: "The weather of a city", inputSchema: { json: { type: "object", properties: { city: { type: "string" } } } } } }],
};

// Without a handler of its own the client speaks HTTP/2 with prior knowledge, and signs :authority.
const client = (more = {}) => new BedrockRuntimeClient({ region: "us-east-1", endpoint: plain, credentials, maxAttempts: 1, ...more });
const say = (text) => [{ role: "user", content: [{ text }] }];
const textOf = (reply) => reply.output.message.content.map((block) => block.text ?? "").join("");

async function events(stream) {
  const all = [];
  for await (const event of stream) all.push(event);
  return all;
}

function orderOf(all) {
  return all.map((event) => Object.keys(event)[0]).filter((name, i, names) => name !== names[i - 1]);
}

async function plainAndStream(c, modelId) {
  const reply = await c.send(new ConverseCommand({ modelId, messages: say("What is a fjord?") }));
  assert.equal(reply.stopReason, "end_turn");
  for (const block of reply.output.message.content) assert.deepEqual(Object.keys(block), ["text"]);
  const stream = await c.send(new ConverseStreamCommand({ modelId, messages: say("What is a fjord?") }));
  const all = await events(stream.stream);
  assert.deepEqual(orderOf(all), ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
  assert.equal(all.map((e) => e.contentBlockDelta?.delta.text ?? "").join(""), textOf(reply));
}

async function tools() {
  const c = client();
  const messages = say("What is the weather in Oslo?");
  const reply = await c.send(new ConverseCommand({ modelId: haiku, messages, toolConfig }));
  const call = reply.output.message.content[0].toolUse;
  assert.equal(reply.stopReason, "tool_use");
  messages.push(reply.output.message, { role: "user", content: [{ toolResult: { toolUseId: call.toolUseId, content: [{ text: "drizzle" }] } }] });
  assert.match(textOf(await c.send(new ConverseCommand({ modelId: haiku, messages, toolConfig }))), /drizzle/);
  const stream = await c.send(new ConverseStreamCommand({ modelId: haiku, messages: say("What is the weather in Oslo?"), toolConfig }));
  const all = await events(stream.stream);
  assert.equal(orderOf(all)[1], "contentBlockStart");
  JSON.parse(all.map((e) => e.contentBlockDelta?.delta.toolUse.input ?? "").join(""));
}

async function invoke() {
  const c = client();
  const reply = await c.send(new InvokeModelCommand({ modelId: haiku, body: claude, contentType: "application/json" }));
  const text = JSON.parse(new TextDecoder().decode(reply.body)).content[0].text;
  const stream = await c.send(new InvokeModelWithResponseStreamCommand({ modelId: haiku, body: claude, contentType: "application/json" }));
  const chunks = (await events(stream.body)).map((e) => JSON.parse(new TextDecoder().decode(e.chunk.bytes)));
  assert.equal(chunks.map((e) => e.delta?.text ?? "").join(""), text);
  assert.equal(chunks.at(-1).type, "message_stop");
}

async function count() {
  const counted = await client().send(new CountTokensCommand({ modelId: haiku, input: { converse: { messages: say("What is a fjord?") } } }));
  assert.ok(counted.inputTokens > 0);
}

async function nameOf(call) {
  try {
    await call();
  } catch (error) {
    return error.name;
  }
  return "none";
}

async function errors() {
  const wanted = {
    throttle: "ThrottlingException", unavailable: "ServiceUnavailableException", internal: "InternalServerException", model_timeout: "ModelTimeoutException",
    model_error: "ModelErrorException", not_ready: "ModelNotReadyException", access_denied: "AccessDeniedException",
  };
  for (const [fault, name] of Object.entries(wanted)) {
    assert.equal(await nameOf(() => client().send(new ConverseCommand({ modelId: micro, messages: say(`hi[[fault:${fault}]]`) }))), name, fault);
  }
}

async function streamErrors() {
  const wanted = {
    stream_throttle: /ThrottlingException/, stream_internal: /InternalServerException/, stream_model_error: /ModelStreamErrorException/,
    stream_truncate: /Truncated event message/, stream_bad_crc: /checksum/i,
  };
  for (const [fault, pattern] of Object.entries(wanted)) {
    const stream = await client().send(new ConverseStreamCommand({ modelId: micro, messages: say(`What is a fjord?[[fault:${fault}]]`) }));
    await assert.rejects(() => events(stream.stream), (error) => pattern.test(`${error.name}: ${error.message}`), fault);
  }
}

async function retries() {
  try {
    await client({ maxAttempts: 2 }).send(new ConverseCommand({ modelId: micro, messages: say("hi[[fault:throttle]]") }));
  } catch (error) {
    assert.equal(error.$metadata.attempts, 2);
    assert.ok(error.$metadata.requestId);
    return;
  }
  assert.fail("no error came");
}

async function secrets() {
  const wrong = client({ credentials: { ...credentials, secretAccessKey: "wrong" } });
  assert.equal(await nameOf(() => wrong.send(new ConverseCommand({ modelId: haiku, messages: say("hi") }))), "InvalidSignatureException");
  const temporary = client({ credentials: { ...credentials, accessKeyId: "ASIAIOSFODNN7EXAMPLE", sessionToken: "emulator-session-token" } });
  await temporary.send(new ConverseCommand({ modelId: haiku, messages: say("hi") }));
}

async function bearer() {
  const keyed = (token) => client({ endpoint: secured, credentials: undefined, token: { token }, authSchemePreference: ["httpBearerAuth"] });
  await keyed("bedrock-api-key-emulator").send(new ConverseCommand({ modelId: haiku, messages: say("hi") }));
  assert.equal(await nameOf(() => keyed("bedrock-api-key-other").send(new ConverseCommand({ modelId: haiku, messages: say("hi") }))), "AccessDeniedException");
}

const checks = {
  "id over h2c": () => plainAndStream(client(), micro),
  "profile over h2c": () => plainAndStream(client(), haiku),
  "ARN over h2c": () => plainAndStream(client(), arn),
  "over HTTP/1.1": () => plainAndStream(client({ requestHandler: new NodeHttpHandler() }), haiku),
  "over TLS": () => plainAndStream(client({ endpoint: secured }), haiku),
  tools, invoke, count, errors, "stream errors": streamErrors, retries, secrets, bearer,
};
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log("ok", name);
  } catch (error) {
    failed = 1;
    console.log(`FAIL ${name}: ${error.name}: ${error.message}`.replaceAll("\n", " ").slice(0, 600));
  }
}
process.exit(failed);
