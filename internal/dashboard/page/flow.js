import {svg, count, percent, pipeClass} from './dom.js';

// The flow draws each pipe as a lane with its models as stations. A dot is a request: it stops at a
// station, turns red where the answer was rejected, goes on to the next, and leaves where it was served.

const lane = 92, most = 60, perUpdate = 12;

export class Flow {
  constructor(box) {
    this.box = box;
    this.dots = new Set();
    this.lanes = [];
    this.layer = svg('g'); // the dots stay when the lanes are drawn anew
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
    new ResizeObserver(() => this.last && this.draw(...this.last)).observe(box);
  }

  // draw lays the lanes out anew; pipes come from the configuration, flows are counts by pipe and model.
  draw(pipes, flows) {
    this.last = [pipes, flows];
    const width = Math.max(300, this.box.clientWidth);
    this.lanes = lanesOf(pipes, flows);
    const plot = svg('svg', {'aria-label': words(this.lanes), role: 'img', viewBox: `0 0 ${width} ${this.lanes.length * lane}`, height: this.lanes.length * lane});
    this.lanes.forEach((each, row) => this.lane(plot, each, row, width));
    plot.append(this.layer);
    this.box.replaceChildren(plot);
  }

  lane(plot, each, row, width) {
    const y = row * lane + 38, kind = pipeClass(each.name), start = 8, end = width - 30;
    const share = Math.max(5, Math.min(22, 5 + 17 * each.share));
    plot.append(svg('path', {class: `lane ${kind}`, d: `M${start} ${y}H${end}`, 'stroke-width': share}));
    const room = (end - start - 60) / Math.max(1, each.stations.length);
    plot.append(svg('text', {x: start, y: y - 20, 'font-weight': 600}, each.name), svg('text', {class: 'count', x: start, y: y + 30}, `${count(each.entered)} in`));
    each.y = y;
    each.start = start;
    each.stations.forEach((station, i) => {
      station.x = start + 60 + room * (i + 0.5);
      plot.append(
        svg('circle', {class: `station ${kind}`, cx: station.x, cy: y, r: 9}),
        svg('text', {x: station.x, y: y - 20, 'text-anchor': 'middle'}, short(station.model, room)),
        svg('text', {class: 'count', x: station.x, y: y + 30, 'text-anchor': 'middle'}, room < 90 ? `✓ ${count(station.served)}` : `${count(station.served)} served`),
        svg('text', {class: 'count', x: station.x, y: y + 45, 'text-anchor': 'middle'}, !station.rejected ? '' : room < 90 ? `✗ ${count(station.rejected)}` : `${count(station.rejected)} rejected`));
    });
  }

  // fresh lets new decisions run down the lanes.
  fresh(decisions) {
    if (this.still.matches || document.hidden || !this.last) return;
    decisions.slice(0, perUpdate).reverse().forEach((decision, i) => setTimeout(() => this.launch(decision), i * 900 / perUpdate));
  }

  launch(decision) {
    const each = this.lanes.find(candidate => candidate.name === decision.pipe);
    if (!each || this.dots.size >= most) return;
    const stops = decision.path.map(hop => ({hop, station: each.stations.find(s => s.model === hop.model)})).filter(stop => stop.station);
    if (!stops.length) return;
    const dot = svg('circle', {class: `dot ${pipeClass(each.name)}`, r: 4.5, cx: each.start, cy: each.y});
    this.layer.append(dot);
    this.dots.add(dot);
    this.run(dot, each, stops, performance.now());
  }

  run(dot, each, stops, begun) {
    const leg = 650;
    const step = now => {
      const at = Math.max(0, now - begun) / leg, i = Math.floor(at);
      if (i > stops.length) { dot.remove(); this.dots.delete(dot); return; }
      const part = at - i;
      if (i < stops.length) {
        const from = i ? stops[i - 1].station.x : each.start;
        dot.setAttribute('cx', from + (stops[i].station.x - from) * ease(part));
        dot.classList.toggle('bad', i > 0);
      } else { // the last stop: served drops out, failed fades
        dot.classList.toggle('bad', !stops[i - 1].hop.ok);
        dot.setAttribute('cy', each.y + (stops[i - 1].hop.ok ? 26 * ease(part) : 0));
        dot.setAttribute('opacity', 1 - part);
      }
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
}

const ease = t => t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t);
const short = (name, room) => { const fits = Math.max(4, Math.floor(room / 7.2)); return name.length > fits ? `${name.slice(0, fits - 1)}…` : name; };

// lanesOf lists the configured pipes with their models in order, and what else was seen.
function lanesOf(pipes, flows) {
  const lanes = pipes.map(p => ({name: p.name, models: [...p.models]}));
  for (const flow of flows) {
    let each = lanes.find(l => l.name === flow.pipe);
    if (!each && flow.pipe !== 'none') lanes.push(each = {name: flow.pipe, models: []});
    if (each && !each.models.includes(flow.model)) each.models.push(flow.model);
  }
  const total = flows.reduce((n, f) => n + f.served, 0) || 1;
  return lanes.map(({name, models}) => {
    const stations = models.map(model => ({served: 0, rejected: 0, attempts: 0, ...flows.find(f => f.pipe === name && f.model === model), model}));
    const entered = stations.reduce((n, s) => n + s.served, 0);
    return {name, stations, entered, share: entered / total};
  });
}

const words = lanes => lanes.map(each => `${each.name} pipe, ${percent(each.share, 0)} of answers: ` +
  each.stations.map(s => `${s.model} served ${s.served}, rejected ${s.rejected}`).join('; ')).join('. ');
