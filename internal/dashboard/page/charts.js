import {el, svg, count, percent, hourMinute, clock} from './dom.js';

const height = 190, left = 46, right = 8, top = 8, bottom = 22;

// frame draws axes for points in time, and a crosshair that follows pointer and arrow keys.
// tell(point) is the line under the chart; draw(plot) adds the marks.
// With bands, each point stands in the middle of a band of its own, for bars; else the ends are points.
function frame(box, points, {low, high, ticks, format, label, bands, tell, draw}) {
  const width = Math.max(260, box.clientWidth);
  const step = (width - left - right) / Math.max(1, bands ? points.length : points.length - 1);
  const begin = left + (bands ? step / 2 : 0);
  const x = i => begin + i * step;
  const y = v => top + (height - top - bottom) * (1 - (v - low) / (high - low));
  const plot = svg('svg', {viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: 'img', 'aria-label': label, preserveAspectRatio: 'none'});
  for (const tick of ticks) {
    plot.append(svg('line', {class: tick === 0 ? 'grid-line zero' : 'grid-line', x1: left, x2: width - right, y1: y(tick), y2: y(tick)}),
      svg('text', {x: left - 6, y: y(tick) + 4, 'text-anchor': 'end'}, format(tick)));
  }
  const marks = Math.max(2, Math.min(6, Math.floor(width / 110)));
  for (let k = 0; k < marks; k++) {
    const i = Math.round(k * (points.length - 1) / (marks - 1));
    plot.append(svg('text', {x: x(i), y: height - 5, 'text-anchor': k === 0 ? 'start' : k === marks - 1 ? 'end' : 'middle'}, hourMinute(points[i].time)));
  }
  draw({plot, x, y, step});
  const readout = box.querySelector('.readout') ?? el('p', {class: 'readout', role: 'status'});
  const cross = svg('line', {class: 'cross', y1: top, y2: height - bottom, visibility: 'hidden'});
  plot.append(cross);
  const show = i => {
    box.dataset.at = i;
    if (i < 0) { cross.setAttribute('visibility', 'hidden'); readout.textContent = ''; return; }
    cross.setAttribute('visibility', 'visible');
    cross.setAttribute('x1', x(i));
    cross.setAttribute('x2', x(i));
    readout.textContent = `${clock(points[i].time)}  ${tell(points[i])}`;
  };
  const bound = i => Math.max(0, Math.min(points.length - 1, i));
  plot.addEventListener('pointermove', event => {
    const area = plot.getBoundingClientRect();
    show(bound(Math.round(((event.clientX - area.left) * width / area.width - begin) / step)));
  });
  plot.addEventListener('pointerleave', () => show(-1));
  plot.addEventListener('keydown', event => {
    const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!move) return;
    event.preventDefault();
    const at = Number(box.dataset.at ?? -1);
    show(bound(at < 0 ? points.length - 1 : at + move));
  });
  const focused = box.contains(document.activeElement) && document.activeElement.tagName === 'svg';
  const at = Number(box.dataset.at ?? -1);
  box.replaceChildren(plot, readout);
  if (focused) plot.focus();
  if (at >= 0) show(bound(at));
}

// runs breaks a series where it has no value.
function runs(points, value) {
  const parts = [];
  let part = null;
  points.forEach((point, i) => {
    const v = value(point);
    if (v === undefined || v === null) { part = null; return; }
    if (!part) parts.push(part = []);
    part.push([i, v]);
  });
  return parts;
}

const path = (part, x, y) => part.map(([i, v], k) => `${k ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('');

// Savings: measured with its interval, and counterfactual. Below -50 % the scale ends.
export function savingsChart(box, points) {
  if (!points.some(p => p.requests)) { box.replaceChildren(el('p', {class: 'empty'}, 'No requests in the window yet.')); return; }
  const first = points.findIndex(p => p.requests);
  const seen = points.map((p, i) => i < first ? {...p, counterfactual: null, measured: null} : p);
  const clip = v => Math.max(-0.5, Math.min(1, v));
  const lowest = Math.min(0, ...seen.flatMap(p => [p.counterfactual ?? 0, p.measured?.low ?? 0].map(clip)));
  const low = lowest < 0 ? Math.floor(lowest * 4) / 4 : 0;
  const ticks = [];
  for (let t = low; t <= 1.001; t += 0.25) ticks.push(Math.round(t * 100) / 100);
  const last = seen[seen.length - 1];
  frame(box, seen, {
    low, high: 1, ticks, format: v => `${Math.round(v * 100)} %`,
    label: `Savings. Counterfactual ${percent(last.counterfactual)}. ${interval(last.measured)}`,
    tell: p => p.counterfactual === null ? 'no requests yet' : `counterfactual ${percent(p.counterfactual)} · ${interval(p.measured)}`,
    draw({plot, x, y}) {
      const measured = p => p.measured ? clip(p.measured.value) : null;
      for (const part of runs(seen, measured)) {
        const upper = part.map(([i]) => [i, clip(seen[i].measured.high)]), lower = part.map(([i]) => [i, clip(seen[i].measured.low)]).reverse();
        plot.append(svg('path', {class: 'band', d: path(upper, x, y) + path(lower, x, y).replace('M', 'L') + 'Z'}));
        plot.append(svg('path', {class: 'series measured', d: path(part, x, y)}));
      }
      for (const part of runs(seen, p => p.counterfactual === null ? null : clip(p.counterfactual))) {
        plot.append(svg('path', {class: 'series counter', d: path(part, x, y)}));
      }
    },
  });
}

export const interval = m => m ? `measured ${percent(m.value)} (95 %: ${percent(m.low)} to ${percent(m.high)})` : 'measured: the hold-out is still too small';

export function requestsChart(box, points, stepMs) {
  const most = Math.max(1, ...points.map(p => p.requests));
  const unit = Math.pow(10, Math.floor(Math.log10(most)));
  const high = Math.ceil(most / unit) * unit;
  const total = points.reduce((n, p) => n + p.requests, 0);
  frame(box, points, {
    low: 0, high, ticks: high >= 2 ? [0, high / 2, high] : [0, high], format: v => Number.isInteger(v) ? count(v) : '',
    label: `${count(total)} requests in the window`, bands: true,
    tell: p => `${count(p.requests)} requests, ${count(p.escalated)} escalated, ${count(p.failed)} failed in ${stepMs / 60000} min`,
    draw({plot, x, y, step}) {
      const bar = (kind, i, value) => value && plot.append(svg('rect', {class: kind, x: x(i) - step * 0.4, width: Math.max(1, step * 0.8), y: y(value), height: Math.max(0, y(0) - y(value))}));
      points.forEach((p, i) => { bar('bar-all', i, p.requests); bar('bar-escalated', i, p.escalated); bar('bar-failed', i, p.failed); });
    },
  });
}

// bars lists counts as bars that a screen reader reads as a list.
export function bars(list, {empty, calm}) {
  if (!list.length) return el('p', {class: 'empty'}, empty);
  const most = Math.max(...list.map(item => item.count));
  const total = list.reduce((n, item) => n + item.count, 0);
  return el('dl', {class: calm ? 'bars calm' : 'bars'}, list.flatMap(({word, count: n}) => {
    const bar = el('span', {class: 'fill'});
    bar.style.width = `${100 * n / most}%`;
    return [el('dt', {}, word), el('dd', {class: 'track', 'aria-hidden': 'true'}, bar), el('dd', {class: 'num'}, `${count(n)} · ${percent(n / total, 0)}`)];
  }));
}
