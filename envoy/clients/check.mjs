// What the JavaScript clients' scripts share: the address of the Envoy, and checks that print got and want.
import { isDeepStrictEqual, inspect } from 'node:util';

export const URL = (process.argv[2] ?? process.env.OCKHAM_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

// A PNG of one pixel.
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

let failures = 0;

function fail(name, got, want) {
  failures++;
  console.log(`FAIL ${name}\n     got  ${inspect(got, { depth: 6 })}\n     want ${want}`);
}

/** The two are equal. */
export function same(name, got, want) {
  if (!isDeepStrictEqual(got, want)) fail(name, got, inspect(want, { depth: 6 }));
}

/** The condition is true of got. */
export function holds(name, condition, got) {
  if (!condition) fail(name, got, 'otherwise');
}

/** The call throws; the error is returned. */
export async function throws(name, call) {
  try {
    fail(name, await call(), 'an error');
  } catch (e) {
    return e;
  }
  return undefined;
}

/** Takes the steps one after the other and ends the script: with 1 if anything failed. */
export async function run(name, ...steps) {
  for (const step of steps) {
    try {
      await step();
    } catch (e) {
      fail(step.name, e, 'no error');
    }
  }
  console.log(failures ? `${name}: ${failures} failures` : `${name}: ok`);
  process.exit(failures ? 1 : 0);
}
