// Vercel's AI SDK against Ockham, by its OpenAI and its Amazon Bedrock provider: nothing but baseURL is
// changed.
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createOpenAI } from '@ai-sdk/openai';
import { Output, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { PIXEL, URL, holds, run, same, throws } from './check.mjs';

const openai = createOpenAI({ baseURL: `${URL}/v1`, apiKey: 'any' });
const bedrock = createAmazonBedrock({ baseURL: URL, region: 'us-east-1', accessKeyId: 'AKIDNOBODY', secretAccessKey: 'nothing' });
const providers = { openai: (name) => openai.chat(name), bedrock: (name) => bedrock(name) };
const always = { maxRetries: 0, onError: () => {} };

const tools = {
  get_weather: tool({ description: 'The weather of a city', inputSchema: z.object({ city: z.string() }), execute: async () => ({ celsius: 18 }) }),
  get_time: tool({ description: 'The time now', inputSchema: z.object({}), execute: async () => 'noon' }),
};

async function steps(name, model) {
  const ask = { ...always, model: model('auto'), prompt: 'Say hello in one line.' };
  const plain = await generateText(ask);
  holds(`${name}: text`, plain.text, plain.text);
  same(`${name}: finishReason`, plain.finishReason, 'stop');
  holds(`${name}: usage`, plain.usage.totalTokens > 0, plain.usage);

  const stream = streamText(ask);
  same(`${name}: stream as without`, await stream.text, plain.text);
  same(`${name}: stream finishReason`, await stream.finishReason, 'stop');
  holds(`${name}: stream usage`, (await stream.usage).outputTokens > 0, await stream.usage);

  const loop = { ...always, model: model('auto'), tools, stopWhen: stepCountIs(3), prompt: 'What is the weather and the time in Paris? [[fault:two_tools]]' };
  const called = await generateText(loop);
  same(`${name}: tools called`, called.steps[0].toolCalls.map((c) => c.toolName).sort(), ['get_time', 'get_weather']);
  holds(`${name}: an answer after tools`, called.text, called.text);
  const streamed = streamText(loop);
  await streamed.consumeStream();
  same(`${name}: tools called in a stream`, (await streamed.steps)[0].toolCalls.map((c) => c.toolName).sort(), ['get_time', 'get_weather']);

  const schema = z.object({ number: z.string(), total: z.number() });
  const invoice = await generateText({ ...always, model: model('auto'), output: Output.object({ schema }), prompt: 'Extract number and total: invoice A-17 over 12.50 EUR.' });
  holds(`${name}: object`, schema.safeParse(invoice.output).success, invoice.output);

  const seen = await generateText({ ...always, model: model('auto'), messages: [{ role: 'user', content: [
    { type: 'text', text: 'What is in the picture?' }, { type: 'file', data: Buffer.from(PIXEL, 'base64'), mediaType: 'image/png' },
  ] }] });
  holds(`${name}: image`, seen.text, seen.text);

  const refused = await throws(`${name}: unknown model`, () => generateText({ ...ask, model: model('no-such-model') }));
  same(`${name}: unknown model: status`, refused?.statusCode, 404);
  const throttled = await throws(`${name}: throttled`, () => generateText({ ...ask, prompt: 'Hello [[fault:throttle]]' }));
  same(`${name}: throttled: status`, throttled?.statusCode, 429);
  for (const fault of ['stream_model_error', 'stream_truncate']) {
    const errors = [];
    const broken = streamText({ ...ask, prompt: `Hello [[fault:${fault}]]`, onError: ({ error }) => errors.push(error) });
    await broken.consumeStream({ onError: () => {} });
    holds(`${name}: stream broken: ${fault}`, errors.length > 0, errors);
  }
  const escalated = streamText({ ...ask, model: model('green'), prompt: 'Hello [[fault:stream_truncate@small]]' });
  holds(`${name}: escalated stream`, await escalated.text, await escalated.text);
}

await run('AI SDK', ...Object.entries(providers).map(([name, model]) => async () => steps(name, model)));
