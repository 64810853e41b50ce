// A browser's own WebSocket against Ockham: a page of an allowed origin and one of another, in Chromium.
import { chromium } from 'playwright-core';
import { URL, holds, run, same } from './check.mjs';

const [, , , executablePath, home, stranger] = process.argv;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const address = URL.replace('http', 'ws') + '/api/v1/generate';

// talk opens a socket in a page, sends frames and collects what comes, until done(frames) or the end.
async function talk(origin, frames, wanted) {
  const page = await browser.newPage();
  await page.goto(origin);
  const got = await page.evaluate(talking, [address, frames, wanted]);
  await page.close();
  return got;
}

// talking runs in the page. wanted is how many frames that end a request are waited for.
function talking([address, frames, wanted]) {
  return new Promise((resolve) => {
    const got = { frames: [], opened: false };
    const socket = new WebSocket(address);
    socket.onopen = () => {
      got.opened = true;
      frames.forEach((f) => socket.send(typeof f === 'string' ? f : JSON.stringify(f)));
    };
    socket.onmessage = (m) => {
      got.frames.push(JSON.parse(m.data));
      if (got.frames.filter((f) => f.type === 'done' || f.type === 'error').length === wanted) socket.close(1000);
    };
    socket.onclose = (e) => resolve({ ...got, code: e.code });
  });
}

const text = (got, id) => got.frames.filter((f) => f.id === id && f.type === 'delta').map((f) => f.text).join('');

async function many() {
  const got = await talk(home, [
    { id: 'a', prompt: 'Say hello in one line.' },
    { id: 'b', prompt: 'Say goodbye in one line.' },
    { id: 'c', prompt: 'Hello [[fault:unavailable@small]]' },
  ], 3);
  for (const id of ['a', 'b', 'c']) {
    const last = got.frames.filter((f) => f.id === id).at(-1);
    same(`${id}: the last frame`, last?.type, 'done');
    holds(`${id}: text`, text(got, id), got.frames);
  }
  same('c was escalated', got.frames.find((f) => f.id === 'c' && f.type === 'done')?.route?.escalated, true);
  same('closed by us', got.code, 1000);
}

async function cancelled() {
  const got = await talk(home, [{ id: 'a', prompt: 'Hello [[fault:slow]]' }, { id: 'a', type: 'cancel' }], 1);
  same('cancelled', got.frames.at(-1)?.type, 'error');
}

async function faults() {
  const got = await talk(home, ['no json', { id: 'x', promt: 'hi' }], 2);
  same('errors', got.frames.map((f) => [f.id, f.type, f.error.code]), [[null, 'error', 'invalid_request'], ['x', 'error', 'invalid_request']]);
}

async function tooLarge() {
  const got = await talk(home, [{ id: 'a', prompt: 'x'.repeat(5 << 20) }], 1);
  same('too large', got.code, 1009);
}

async function anotherOrigin() {
  const got = await talk(stranger, [{ id: 'a', prompt: 'Hello' }], 1);
  same('another origin', [got.opened, got.frames.length], [false, 0]);
}

await run('a browser', many, cancelled, faults, tooLarge, anotherOrigin);
