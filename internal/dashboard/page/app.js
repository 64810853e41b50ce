import {$, $$, el, ask, pipe} from './dom.js';
import {showOverview, showHealth} from './overview.js';
import {Flow} from './flow.js';
import {Decisions} from './decisions.js';
import {Playground} from './playground.js';

// The page asks once for the setup, then lives on the stream of updates.

const about = await ask('/api/setup');
const flow = new Flow($('#flow')), decisions = new Decisions();
let view = null, stream = null, minutes = 60, started = false;

decisions.setPipes(about.pipes);
decisions.add(await ask('/api/decisions'));
if (about.explain) new Playground(about); else $('#nav-playground').hidden = true;
showSetup(about);
route();
addEventListener('hashchange', route);
listen();
health();
setInterval(health, 10_000);
setInterval(renew, 30_000);
new ResizeObserver(() => view && !$('#overview').hidden && showOverview(view, about)).observe($('#savings-chart'));

// route shows the page that the address names.
function route() {
  const name = location.hash.slice(1);
  const known = $$('.view').map(v => v.id).includes(name) && (name !== 'playground' || about.explain) ? name : 'overview';
  for (const each of $$('.view')) each.hidden = each.id !== known;
  for (const link of $$('nav a')) link.getAttribute('href') === `#${known}` ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  document.title = `${$(`nav a[href="#${known}"]`).textContent} · Ockham`;
  if (known === 'decisions') decisions.list();
  if (known === 'overview' && view) draw();
}

function draw() {
  showOverview(view, about);
  flow.draw(about.pipes, view.flows);
}

function listen() {
  stream?.close();
  stream = new EventSource(`/api/events?window=${minutes}`);
  stream.addEventListener('open', () => link('live', 'live'));
  stream.addEventListener('error', () => link('lost', 'connection lost; trying again'));
  stream.addEventListener('update', event => update(JSON.parse(event.data)));
}

function update({view: next, decisions: fresh}) {
  const changed = JSON.stringify(view?.flows) !== JSON.stringify(next.flows);
  view = next;
  decisions.add(fresh);
  if ($('#overview').hidden) { started = true; return; }
  showOverview(view, about);
  if (changed) flow.draw(about.pipes, view.flows);
  if (started) flow.fresh(fresh); // not the ones from before the page was opened
  started = true;
}

function link(kind, text) {
  $('#link').className = `link ${kind}`;
  $('#link').textContent = text;
}

async function health() {
  if (document.hidden) return;
  try { showHealth(await ask('/api/health')); } catch { /* the link says so */ }
}

// renew shows a configuration that was read anew.
async function renew() {
  if (document.hidden) return;
  try {
    const next = await ask('/api/setup');
    if (next.text === about.text && next.loaded === about.loaded && next.fault === about.fault) return;
    Object.assign(about, {fault: undefined}, next);
    showSetup(about);
    if (view && !$('#overview').hidden) draw();
  } catch { /* the link says so */ }
}

for (const button of $$('[data-window]')) {
  button.addEventListener('click', () => {
    minutes = Number(button.dataset.window);
    for (const each of $$('[data-window]')) each.setAttribute('aria-pressed', each === button);
    listen();
  });
}

function showSetup({file, loaded, fault, text, pipes, version, prices_as_of: prices}) {
  $('#setup-facts').textContent = [file || 'built-in defaults, no file', loaded && `read ${new Date(loaded).toLocaleString('en-GB')}`, `Ockham ${version}`, `prices as of ${prices}`].filter(Boolean).join(' · ');
  $('#setup-fault').hidden = !fault;
  $('#setup-fault').textContent = `A newer file was refused, and this one stays in force: ${fault}`;
  $('#setup-pipes').replaceChildren(...pipes.map(p => el('p', {}, pipe(p.name), ' ', p.models.map((m, i) => [i ? el('span', {class: 'arrow'}, '→') : null, m]))));
  $('#setup-text').textContent = text;
}

// Colours: as the system, light, dark.
const themes = ['system', 'light', 'dark'];
function paint(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
  $('#theme').setAttribute('aria-label', `Colours: ${theme === 'system' ? 'as the system' : theme}`);
  $('#theme').title = $('#theme').getAttribute('aria-label');
}
paint(localStorage.getItem('theme') ?? 'system');
$('#theme').addEventListener('click', () => {
  const next = themes[(themes.indexOf(localStorage.getItem('theme') ?? 'system') + 1) % themes.length];
  localStorage.setItem('theme', next);
  paint(next);
});
