// Small helpers to build the page. Text always goes in as text, never as HTML: reasons and ids are
// written by others.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// el('td', {class: 'num'}, 'text', child, …)
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

export async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) location.assign('/login');
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error?.message ?? `${path} answered ${answer.status}`);
  return body;
}

export const post = (path, body, signal) =>
  ({method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body), signal});

const whole = new Intl.NumberFormat('en');
export const count = n => whole.format(n ?? 0);
export const percent = (v, digits = 1) => v === undefined || v === null ? '–' : `${(100 * v).toFixed(digits)}\u00a0%`;

export function dollars(v) {
  if (v === undefined || v === null) return '–';
  const size = Math.abs(v);
  if (size === 0) return '$0';
  if (size >= 1) return `${v < 0 ? '−' : ''}$${size.toFixed(2)}`;
  return `${v < 0 ? '−' : ''}$${size.toFixed(Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(size)))))}`;
}

export function millis(v) {
  if (!v) return '–';
  if (v < 10) return `${v.toFixed(1)} ms`;
  return v < 1000 ? `${Math.round(v)} ms` : `${(v / 1000).toFixed(v < 10000 ? 2 : 1)} s`;
}

export const clock = time => new Date(time).toLocaleTimeString('en-GB');
export const hourMinute = time => new Date(time).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'});

export const pipeClass = name => name === 'green' || name === 'purple' ? name : 'other';
export const pipe = name => el('span', {class: `pipe ${pipeClass(name)}`}, name || 'none');

export const pairs = entries => el('dl', {class: 'pairs'},
  entries.filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
    .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
