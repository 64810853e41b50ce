// The AWS SDK for JavaScript against Ockham: nothing but the endpoint is changed. To http:// it speaks
// HTTP/2 with prior knowledge.
import {
  BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { PIXEL, URL, holds, run, same, throws } from './check.mjs';

const client = new BedrockRuntimeClient({
  endpoint: URL, region: 'eu-central-1', maxAttempts: 1,
  credentials: { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'nothing' },
});
const says = (text) => [{ role: 'user', content: [{ text }] }];
const text = (content) => content.map((b) => b.text ?? '').join('');
const converse = (input) => client.send(new ConverseCommand({ modelId: 'auto', ...input }));
const toolConfig = { tools: [
  { toolSpec: { name: 'get_weather', description: 'The weather of a city', inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } } } },
  { toolSpec: { name: 'get_time', description: 'The time now', inputSchema: { json: { type: 'object', properties: {} } } } },
] };

async function stream(input) {
  const out = { text: '', tools: [], kinds: [] };
  const r = await client.send(new ConverseStreamCommand({ modelId: 'green', ...input }));
  for await (const event of r.stream) {
    const kind = Object.keys(event)[0];
    out.kinds.push(kind);
    if (kind === 'contentBlockStart') out.tools.push({ ...event[kind].start.toolUse, input: '' });
    if (kind === 'contentBlockDelta') {
      out.text += event[kind].delta.text ?? '';
      if (event[kind].delta.toolUse) out.tools.at(-1).input += event[kind].delta.toolUse.input;
    }
    if (kind === 'messageStop') out.stop = event[kind].stopReason;
    if (kind === 'metadata') out.usage = event[kind].usage;
  }
  return out;
}

async function plain() {
  const r = await converse({ messages: says('Say hello in one line.'), system: [{ text: 'Be brief.' }], inferenceConfig: { maxTokens: 200 } });
  same('plain: stopReason', r.stopReason, 'end_turn');
  holds('plain: text', text(r.output.message.content), r);
  holds('plain: usage', r.usage.totalTokens > 0, r.usage);
}

async function streamed() {
  const got = await stream({ messages: says('Say hello in one line.') });
  const whole = await converse({ modelId: 'green', messages: says('Say hello in one line.') });
  same('stream: text', got.text, text(whole.output.message.content));
  same('stream: ends', [got.kinds[0], ...got.kinds.slice(-2), got.stop], ['messageStart', 'messageStop', 'metadata', 'end_turn']);
  holds('stream: usage', got.usage.outputTokens > 0, got.usage);
}

async function tools() {
  const ask = says('What is the weather and the time in Paris? [[fault:two_tools]]');
  const r = await converse({ messages: ask, toolConfig });
  same('tools: stopReason', r.stopReason, 'tool_use');
  const calls = r.output.message.content.filter((b) => b.toolUse).map((b) => b.toolUse);
  same('tools: names', calls.map((c) => c.name).sort(), ['get_time', 'get_weather']);
  const got = await stream({ modelId: 'auto', messages: ask, toolConfig });
  same('tools: streamed', got.tools.map((c) => [c.name, JSON.parse(c.input || '{}')]), calls.map((c) => [c.name, c.input]));
  const follow = [...ask, r.output.message, { role: 'user', content: calls.map((c) => ({ toolResult: { toolUseId: c.toolUseId, content: [{ text: '18 C' }] } })) }];
  holds('tools: an answer from results', text((await converse({ messages: follow, toolConfig })).output.message.content), follow);
}

async function media() {
  const r = await converse({ messages: [{ role: 'user', content: [
    { text: 'What is in the picture?' }, { image: { format: 'png', source: { bytes: Buffer.from(PIXEL, 'base64') } } },
  ] }] });
  holds('image', text(r.output.message.content), r);
}

async function counting() {
  const r = await client.send(new CountTokensCommand({ modelId: 'auto', input: { converse: { messages: says('Say hello in one line.') } } }));
  holds('count tokens', r.inputTokens > 3, r);
}

async function failures() {
  const names = {
    throttle: 'ThrottlingException', access_denied: 'InternalServerException',
  };
  for (const [fault, name] of Object.entries(names)) {
    const e = await throws(fault, () => converse({ messages: says(`Hello [[fault:${fault}]]`) }));
    same(fault, e?.name, name);
  }
  same('unknown model', (await throws('unknown model', () => converse({ modelId: 'no-such-model', messages: says('Hi') })))?.name, 'ResourceNotFoundException');
  same('path in model', (await throws('path in model', () => converse({ modelId: '../../x', messages: says('Hi') })))?.name, 'ValidationException');
  for (const fault of ['stream_truncate', 'stream_model_error', 'stream_bad_crc', 'stream_throttle']) {
    await throws(`stream broken: ${fault}`, () => stream({ messages: says(`Hello [[fault:${fault}]]`) }));
  }
  for (const fault of ['throttle@small', 'stream_truncate@small', 'stream_throttle@small']) {
    const got = await stream({ messages: says(`Hello [[fault:${fault}]]`) });
    same(`escalated stream: ${fault}`, [got.text !== '', got.stop], [true, 'end_turn']);
  }
}

async function many() {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => converse({ messages: says(`Say the number ${i}.`) })));
  same('many at once', answers.filter((r) => r.stopReason === 'end_turn').length, 20);
}

await run('AWS SDK for JavaScript', plain, streamed, tools, media, counting, failures, many);
