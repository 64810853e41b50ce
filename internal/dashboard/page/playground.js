import {$, el, ask, post, pipe, dollars, millis, percent} from './dom.js';
import {steps, features} from './decisions.js';

// The playground explains while one types, which asks no model, and runs a prompt through Envoy as any
// client would.
export class Playground {
  constructor(about) {
    this.about = about;
    const form = this.form = $('#prompt-form');
    $('[name=pipe]', form).append(...about.pipes.map(p => el('option', {value: p.name}, p.name)));
    $('#tasks').append(...(about.tasks ?? []).map(t => el('option', {value: t})));
    $('#run').disabled = !about.run;
    $('#run-off').hidden = about.run;
    form.addEventListener('input', () => this.later());
    form.addEventListener('submit', event => { event.preventDefault(); this.run(); });
    form.addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.run(); } });
    $('#stop').addEventListener('click', () => this.running?.abort());
  }

  body() {
    const form = new FormData(this.form), body = {prompt: form.get('prompt')};
    for (const key of ['system', 'task_type', 'pipe']) if (form.get(key)) body[key] = form.get(key);
    if (form.get('format')) body.response_format = {type: form.get('format')};
    return body;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.explain(), 150);
  }

  async explain() {
    this.explaining?.abort();
    const body = this.body(), box = $('#explained');
    if (!body.prompt.trim()) { box.replaceChildren(el('p', {class: 'empty'}, 'Type a prompt.')); return; }
    const stop = this.explaining = new AbortController();
    try {
      box.replaceChildren(...explained(await ask('/api/explain', post('/api/explain', body, stop.signal)), this.about));
    } catch (error) {
      if (error.name !== 'AbortError') box.replaceChildren(el('p', {}, error.message));
    }
  }

  async run() {
    const body = this.body();
    if (!this.about.run || this.running || !body.prompt.trim()) return;
    const stop = this.running = new AbortController();
    this.begin();
    try {
      if (new FormData(this.form).get('stream')) await this.stream({...body, stream: true}, stop.signal);
      else this.done(await ask('/api/run', post('/api/run', body, stop.signal)));
    } catch (error) {
      this.state(error.name === 'AbortError' ? 'stopped' : `failed: ${error.message}`);
    } finally {
      this.running = null;
      $('#run').disabled = false;
      $('#stop').hidden = true;
    }
  }

  begin() {
    this.began = performance.now();
    $('#answer').hidden = false;
    $('#answer-text').textContent = $('#answer-facts').textContent = '';
    $('#answer-attempts').replaceChildren();
    $('#run').disabled = true;
    $('#stop').hidden = false;
    this.state('asked; the answer is held until it is good enough');
  }

  state(text) { $('#answer-state').textContent = text; }

  async stream(body, signal) {
    const answer = await fetch('/api/run', post('/api/run', body, signal));
    if (!answer.ok || !(answer.headers.get('Content-Type') ?? '').includes('event-stream')) {
      const fault = await answer.json().catch(() => ({}));
      throw new Error(fault.error?.message ?? `status ${answer.status}`);
    }
    this.released(answer.headers);
    let ended = false;
    for await (const {name, data} of events(answer.body)) {
      if (name === 'delta') this.delta(data.text);
      if (name === 'restart') this.restart();
      if (name === 'done') { ended = true; this.done(data); }
      if (name === 'error') throw new Error(data.error?.message ?? 'the stream failed');
    }
    if (!ended) throw new Error('the stream broke off');
  }

  // released tells what is known once an answer was good enough: which attempt this is, and of which model.
  released(headers) {
    const model = headers.get('x-ockham-model'), attempt = Number(headers.get('x-ockham-attempts') ?? 1);
    if (!model) return;
    $('#answer-attempts').start = attempt;
    $('#answer-attempts').replaceChildren(el('li', {}, `${model} is answering`, attempt > 1 && el('span', {class: 'why'}, ` · ${attempt - 1} rejected before`)));
  }

  delta(text) {
    const box = $('#answer-text');
    if (!box.textContent) this.state(`first token after ${millis(performance.now() - this.began)}`);
    box.append(text);
    box.scrollTop = box.scrollHeight;
  }

  restart() {
    $('#answer-text').textContent = '';
    this.state('the answer failed a check; a larger model starts anew');
  }

  done(reply) {
    if (reply.text !== undefined) $('#answer-text').textContent = reply.text;
    const route = reply.route, usage = reply.usage ?? {};
    this.state(`whole after ${millis(performance.now() - this.began)}`);
    $('#answer-attempts').start = 1;
    $('#answer-attempts').replaceChildren(...(route?.attempts ?? []).map(a => el('li', {},
      el('span', {class: a.verdict === 'accept' ? 'ok' : 'no'}, `${a.model} ${a.verdict}${a.reason ? ` (${a.reason})` : ''}`), ' ',
      el('span', {class: 'why'}, `${millis(a.ms)} · ${dollars(a.cost_usd)}`))));
    $('#answer-facts').textContent = [reply.model, route && `${route.pipe} pipe, ${route.strategy}: ${route.reason}`, `${usage.input_tokens ?? '?'} tokens in, ${usage.output_tokens ?? '?'} out`,
      usage.cost_usd !== undefined && dollars(usage.cost_usd), reply.stop_reason].filter(Boolean).join(' · ');
  }
}

function explained(e, about) {
  const plan = e.plan;
  return [
    el('p', {}, pipe(plan.pipe), ' ', plan.models.map((m, i) => [i ? el('span', {class: 'arrow'}, '→') : null, m])),
    el('p', {class: 'facts'}, `expected cost ${dollars(e.expected_cost_usd)}${compared(e, about)} · first token within ${millis(plan.deadlines.first_token_ms)}`),
    el('h4', {}, 'Steps'), steps(e.steps),
    el('h4', {}, 'Features'), features(e.features),
    el('h4', {}, 'Checks'), el('p', {class: 'facts'}, plan.checks.join(', ') || 'none'),
  ];
}

// compared sets the first model's price against the dearest one's.
function compared(e, about) {
  const price = name => { const m = about.models.find(each => each.name === name); return m ? m.in * 3 + m.out : 0; };
  const dearest = Math.max(...about.models.map(m => m.in * 3 + m.out)), own = price(e.plan.models[0]);
  return own && dearest > own ? ` · ${e.plan.models[0]} lists ${percent(1 - own / dearest, 0)} below the dearest model` : '';
}

// events reads server-sent events from a body.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    rest += value.replaceAll('\r', '');
    for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
      const lines = rest.slice(0, end).split('\n');
      const name = lines.find(l => l.startsWith('event:'))?.slice(6).trim() ?? 'message';
      const data = lines.filter(l => l.startsWith('data:')).map(l => l.slice(5).trim()).join('\n');
      if (data) yield {name, data: JSON.parse(data)};
    }
  }
}
