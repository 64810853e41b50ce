import {$, el, count, percent, dollars, millis, pipe} from './dom.js';
import {savingsChart, requestsChart, bars, interval} from './charts.js';

export function showOverview(view, about) {
  tiles(view);
  savingsChart($('#savings-chart'), view.points);
  requestsChart($('#requests-chart'), view.points, view.step_ms);
  $('#reasons').replaceChildren(bars(view.reasons, {empty: 'No answer had to be replaced.'}));
  $('#strategies').replaceChildren(bars(view.strategies, {empty: 'No decision yet.', calm: true}));
  latency(view.latency);
  models(view, about);
}

function tiles(view) {
  const {total, savings, latency} = view;
  const rate = view.points.slice(-2, -1)[0]?.requests ?? 0;
  const share = n => total.requests ? percent(n / total.requests) : '–';
  const judged = view.charges.reduce((sum, c) => sum + c.cost_usd, 0);
  const list = [
    ['Saved, measured', savings.measured ? percent(savings.measured.value) : '–', savings.measured ? `95 %: ${percent(savings.measured.low)} to ${percent(savings.measured.high)}; ${dollars(savings.measured_usd.value)}` : savings.hold_out.requests ? `hold-out: ${count(savings.hold_out.requests)} of 50 needed` : 'nothing held out: see holdout'],
    ['Saved, counterfactual', total.requests ? percent(savings.counterfactual) : '–', dollars(savings.counterfactual_usd)],
    ['Requests', count(total.requests), `${(rate * 60000 / view.step_ms / 60).toFixed(1)} a second`],
    ['Escalated', share(total.escalated), `${count(total.escalated)} requests`],
    ['Without a good answer', share(total.failed), savings.failed_more ? `hold-out ${percent(savings.hold_out.failed / savings.hold_out.requests)}` : `${count(total.failed)} requests`],
    ['Spent', dollars(total.cost_usd), `judge and verifier ${dollars(judged)}`],
    ['Time, median', millis(latency.took.p50), `99 % within ${millis(latency.took.p99)}`],
  ];
  $('#tiles').replaceChildren(...list.map(([name, value, note]) => el('div', {class: 'card tile'},
    el('div', {class: 'name'}, name), el('div', {class: 'value'}, value), el('div', {class: 'note'}, note))));
  $('#tiles').setAttribute('aria-label', interval(savings.measured));
}

function latency(all) {
  const rows = [['Whole request', all.took], ['First token', all.first_token], ['Decision', all.decided], ['Held back', all.held]];
  $('#latency').replaceChildren(table(['', 'median', '95 %', '99 %'], rows.map(([name, q]) => [name, millis(q.p50), millis(q.p95), millis(q.p99)])));
}

function models(view, about) {
  const seen = new Map(view.models.map(m => [m.model, m]));
  const known = about.models.map(m => ({...m, ...(seen.get(m.name) ?? {})}));
  const rest = view.models.filter(m => !about.models.some(k => k.name === m.model)).map(m => ({...m, name: m.model}));
  const price = v => v === undefined ? '–' : `$${Number(v.toPrecision(4))}`;
  $('#models').replaceChildren(table(
    ['Model', 'Pipes', '$ in', '$ out', 'Attempts', 'Served', 'First token', 'Spent'],
    [...known, ...rest].map(m => [
      el('span', {title: m.id}, m.name),
      el('span', {}, about.pipes.filter(p => p.models.includes(m.name)).map(p => [pipe(p.name), ' '])),
      price(m.in), price(m.out), count(m.attempts), count(m.served), millis(m.first_token_ms?.p50), dollars(m.cost_usd ?? 0)])));
  $('#prices-date').textContent = `per million tokens, as of ${about.prices_as_of}`;
}

// table takes cells as text or nodes; all but the first column are numbers if they look like it.
export function table(head, rows) {
  const number = cell => typeof cell === 'string' && /^[–\d$−]/.test(cell);
  const kinds = head.map((_, i) => rows.length && rows.every(row => number(row[i])) ? 'num' : undefined);
  return el('table', {},
    el('thead', {}, el('tr', {}, head.map((cell, i) => el('th', {class: kinds[i], scope: 'col'}, cell)))),
    el('tbody', {}, rows.map(row => el('tr', {}, row.map((cell, i) => el('td', {class: kinds[i]}, cell))))));
}

export function showHealth(list) {
  $('#health').replaceChildren(...list.map(item => el('li', {class: item.ok ? 'ok' : 'bad'}, item.name, ' ',
    el('span', {class: 'detail'}, `${item.ok ? '' : 'not '}working${item.detail ? `: ${item.detail}` : ''}`))));
}
