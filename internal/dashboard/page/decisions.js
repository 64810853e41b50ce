import {$, $$, el, ask, pipe, clock, millis, dollars, percent, pairs} from './dom.js';

const kept = 500, shown = 200;

// Decisions keeps the latest ones, filters them and tells one in full.
export class Decisions {
  constructor() {
    this.all = [];
    this.paused = false;
    this.chosen = 0;
    $('#filter').addEventListener('input', () => this.list());
    $('#filter').addEventListener('submit', event => event.preventDefault());
    $('#pause').addEventListener('click', () => this.pause(!this.paused));
    $('#decision-list tbody').addEventListener('click', event => {
      const row = event.target.closest('tr');
      if (row) this.choose(Number(row.dataset.seq));
    });
    $('#decision-list tbody').addEventListener('keydown', event => this.walk(event));
    document.addEventListener('keydown', event => { if (event.key === 'Escape' && this.chosen) this.close(); });
  }

  pause(on) {
    this.paused = on;
    $('#pause').setAttribute('aria-pressed', on);
    $('#pause').textContent = on ? 'Resume' : 'Pause';
    if (!on) this.list();
  }

  setPipes(pipes) {
    $('#filter [name=pipe]').append(...pipes.map(p => el('option', {value: p.name}, p.name)));
  }

  add(fresh) {
    if (!fresh.length) return;
    const newest = this.all[0]?.seq ?? 0;
    if (fresh[0].seq < newest) this.all = []; // the service was started anew
    const news = fresh.filter(d => d.seq > (this.all[0]?.seq ?? 0));
    this.all = [...news, ...this.all].slice(0, kept);
    if (!this.paused && !$('#decisions').hidden) this.list();
  }

  matching() {
    const form = new FormData($('#filter'));
    const text = form.get('text').trim().toLowerCase(), wanted = form.get('pipe'), outcome = form.get('outcome');
    return this.all.filter(d => (!wanted || d.pipe === wanted) && outcomes[outcome](d) && (!text || haystack(d).includes(text)));
  }

  list() {
    const rows = this.matching().slice(0, shown);
    const focused = document.activeElement?.closest?.('#decision-list tr')?.dataset.seq;
    $('#decision-list tbody').replaceChildren(...rows.map(d => this.row(d)));
    $('#decision-none').hidden = rows.length > 0;
    $('#decision-none').textContent = this.all.length ? 'No decision matches.' : 'No decision yet.';
    if (focused) $(`#decision-list tr[data-seq="${focused}"] button`)?.focus();
  }

  row(d) {
    return el('tr', {'data-seq': d.seq, 'aria-selected': d.seq === this.chosen ? 'true' : 'false'},
      el('td', {}, el('button', {type: 'button', 'aria-label': `${clock(d.time)}: why, ${d.id}`}, clock(d.time))),
      el('td', {}, pipe(d.pipe)),
      el('td', {}, path(d), tags(d)),
      el('td', {}, `${d.strategy || 'none'}: ${d.reason || d.error || 'no plan'}`),
      el('td', {class: 'num'}, millis(d.ms)),
      el('td', {class: 'num'}, dollars(d.cost_usd)));
  }

  walk(event) {
    const move = {ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling'}[event.key];
    const row = move && event.target.closest('tr')?.[move];
    if (!row) return;
    event.preventDefault();
    $('button', row).focus();
  }

  async choose(seq) {
    this.chosen = seq;
    for (const row of $$('#decision-list tbody tr')) row.setAttribute('aria-selected', Number(row.dataset.seq) === seq);
    const box = $('#detail');
    box.hidden = false;
    box.replaceChildren(this.closer(), el('p', {class: 'empty'}, 'Loading …'));
    try {
      box.replaceChildren(...this.detail(await ask(`/api/decisions/${seq}`)));
    } catch (error) {
      box.replaceChildren(this.closer(), el('p', {}, error.message));
    }
    if (matchMedia('(max-width: 760px)').matches) box.scrollIntoView();
  }

  close() {
    const seq = this.chosen;
    this.chosen = 0;
    $('#detail').hidden = true;
    this.list();
    $(`#decision-list tr[data-seq="${seq}"] button`)?.focus();
  }

  closer() { return el('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => this.close()}, '×'); }

  detail({record: r, score}) {
    const plan = r.plan;
    return [
      this.closer(), el('h3', {}, 'Why'),
      pairs([
        ['request', r.id], ['came', new Date(r.time).toLocaleString('en-GB')], ['route', r.route], ['tenant', r.tenant], ['dialect', r.dialect],
        ['pipe', plan && pipe(plan.pipe)], ['decided by', plan && `${plan.strategy}: ${plan.reason}`], ['hold-out', plan?.hold_out && 'yes, to measure savings'],
        ['error', r.error], ['client', r.left && 'left before the end'], ['verdict', r.verdict], ['score', score === undefined ? '' : percent(score, 0)],
        ['cost', `${dollars(r.cost_usd)}; largest model ${dollars(r.largest_cost_usd)}${plan?.expected_cost_usd ? `; expected ${dollars(plan.expected_cost_usd)}` : ''}`],
        ['time', `${millis(r.ms)}; decision ${millis(r.decided_ms)}; held ${millis(r.held_ms)}`],
      ]),
      plan?.steps?.length && el('h4', {}, 'Steps'), plan?.steps?.length && steps(plan.steps),
      el('h4', {}, 'Attempts'), r.attempts.length ? attempts(r) : el('p', {class: 'empty'}, 'None.'),
      r.charges?.length && el('h4', {}, 'Asked besides'), r.charges?.length && el('ul', {}, r.charges.map(c => el('li', {}, `${c.what} ${c.model}: ${dollars(c.cost_usd)}, ${millis(c.ms)}`))),
      plan?.checks?.length && el('h4', {}, 'Checks'), plan?.checks?.length && el('p', {class: 'facts'}, plan.checks.join(', ')),
      plan && el('h4', {}, 'Features'), plan && features(plan.features),
      r.prompt && el('h4', {}, 'Prompt'), r.prompt && prompt(r.prompt),
    ].filter(Boolean);
  }
}

const failed = d => Boolean(d.error) || d.verdict?.startsWith('reject');
const outcomes = {
  '': () => true, escalated: d => d.escalated, failed, hold_out: d => d.hold_out,
  first: d => !d.escalated && !failed(d) && !d.hold_out,
};
const haystack = d => [d.id, d.pipe, d.strategy, d.reason, d.model, d.error, d.verdict, ...d.path.flatMap(h => [h.model, h.reason])].join(' ').toLowerCase();

function path(d) {
  if (!d.path.length) return el('span', {class: 'empty'}, d.error || 'not sent');
  return el('span', {class: 'path'}, d.path.flatMap((hop, i) => [
    i ? el('span', {class: 'arrow', 'aria-label': 'then'}, '→') : null,
    el('span', {class: hop.ok ? 'hop' : 'hop bad', title: hop.reason}, hop.model),
    hop.reason ? el('span', {class: 'tag bad'}, hop.reason) : null,
  ]));
}

const tags = d => [['hold_out', 'hold-out'], ['left', 'client left']].filter(([key]) => d[key]).map(([, word]) => el('span', {class: 'tag'}, word))
  .concat(d.error ? el('span', {class: 'tag bad'}, d.error) : []);

export const steps = list => el('ol', {class: 'steps'}, list.map(s => el('li', {}, el('b', {}, `${s.step}: ${s.result}`), ' ', el('span', {class: 'why'}, s.reason))));

function attempts(r) {
  return el('ol', {class: 'attempts'}, r.attempts.map((a, i) => el('li', {},
    el('span', {class: i === r.served ? 'ok' : 'no'}, `${a.model} ${a.verdict || ''}${a.reason ? ` (${a.reason})` : ''}${a.repair ? ', repair' : ''}${a.hedge ? ', hedge' : ''}`), ' ',
    el('span', {class: 'why'}, [a.detail, a.then && `then ${a.then}`, a.mended && `put right by ${a.mended.join(', ')}`,
      ...(a.skipped ?? []).map(s => `${s.check} could not judge it: ${s.why}`), `${a.in + (a.cache_read ?? 0) + (a.cache_write ?? 0)} in, ${a.out} out${a.estimated ? ' (estimated)' : ''}`, dollars(a.cost_usd),
      `began after ${millis(a.start_ms)}, first token ${millis(a.first_token_ms)}, took ${millis(a.ms)}`, a.region].filter(Boolean).join(' · ')))));
}

export function features(f) {
  const marks = ['code', 'math', 'steps', 'json', 'images'].filter(key => f[key]);
  return pairs([
    ['tokens', `${f.tokens}${f.system_tokens ? `, system ${f.system_tokens}` : ''}${f.source_tokens ? `, sources ${f.source_tokens}` : ''}${f.tool_tokens ? `, tools ${f.tool_tokens}` : ''}`],
    ['turns', f.turns > 1 ? String(f.turns) : ''], ['language', f.language], ['task', f.task], ['shows', marks.join(', ')],
    ['small model suffices', f.score >= 0 ? percent(f.score, 0) : 'classifier not asked'],
  ]);
}

function prompt(p) {
  if (!p.text) return el('p', {class: 'facts'}, `${p.bytes} bytes; its text is not kept (hash ${p.hash.slice(0, 12)}…)`);
  return el('pre', {class: 'answer'}, [p.text.system, ...p.text.turns.map(t => `${t.role}: ${t.text}`)].filter(Boolean).join('\n\n') + (p.cut ? '\n…' : ''));
}
