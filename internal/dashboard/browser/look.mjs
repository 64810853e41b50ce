// Looks at the admin page as a person would, in a real Chromium. Each check prints a line; the exit
// status tells whether all of them held.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const [executablePath, open, guarded, token, stranger, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
let bad = 0;

function check(held, what, seen = '') {
  if (!held) bad++;
  console.log(`${held ? 'ok  ' : 'BAD '} ${what}${held || seen === '' ? '' : `: ${seen}`}`);
}

// visit opens a page that counts console errors and requests to other hosts.
async function visit(url, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', error => page.faults.push(String(error)));
  page.on('console', message => message.type() === 'error' && page.faults.push(message.text()));
  page.on('request', request => !request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:') && page.faults.push(`loaded ${request.url()}`));
  await page.goto(url);
  return page;
}

const shoot = (page, name) => page.screenshot({path: join(shots, `${name}.png`), fullPage: true});
const text = (page, selector) => page.locator(selector).innerText();
const wide = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function accessible(page, what) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}));
  check(violations.length === 0, `${what} has no fault that axe finds`, violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target + ' ' + n.any.map(a => a.message).join()).join('; ')}`).join(' | '));
}

async function overview() {
  const page = await visit(open);
  await page.waitForSelector('#flow svg');
  await page.waitForSelector('#savings-chart svg');
  check(await text(page, '#link') === 'live', 'the page says that it is live', await text(page, '#link'));
  const tile = () => page.locator('.tile .value').nth(2).innerText();
  const before = await tile();
  await page.waitForFunction(was => document.querySelectorAll('.tile .value')[2].textContent !== was, before, {timeout: 8000});
  check(true, `requests go up by themselves (from ${before} to ${await tile()})`);
  check(/to .*%/.test(await text(page, '.tile >> nth=0')), 'measured savings come with their interval', await text(page, '.tile >> nth=0'));
  check(await page.locator('#reasons dt').count() >= 4, 'escalations are told by reason');
  await page.waitForFunction(() => document.querySelectorAll('#flow .dot').length > 0, null, {timeout: 8000});
  check(true, 'requests run down the pipes');
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.className) === 'skip', 'the first tab stop skips to the content');
  await page.locator('#savings-chart svg').focus();
  await page.keyboard.press('ArrowLeft');
  check(/counterfactual/.test(await text(page, '#savings-chart .readout')), 'the chart can be read with arrow keys', await text(page, '#savings-chart .readout'));
  await page.getByRole('button', {name: '6 h'}).click();
  await page.waitForFunction(() => Number(document.querySelector('#requests-chart svg').getAttribute('aria-label').replace(/\D/g, '')) > 2000);
  await accessible(page, 'the overview');
  await shoot(page, 'overview-light');
  check(page.faults.length === 0, 'no errors, and nothing loaded from elsewhere', page.faults.join('; '));
  await page.context().close();
}

async function dark() {
  const page = await visit(open, {colorScheme: 'dark'});
  await page.waitForSelector('#savings-chart svg');
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(background === 'rgb(20, 23, 28)', 'the system\'s dark colours are taken', background);
  await accessible(page, 'the dark overview');
  await shoot(page, 'overview-dark');
  await page.locator('#theme').click();
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(light === 'rgb(246, 247, 249)', 'colours can be chosen', light);
  await page.context().close();
}

async function phone() {
  const page = await visit(open, {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true});
  await page.waitForSelector('#savings-chart svg');
  check(await wide(page) <= 0, 'the overview fits a phone', `${await wide(page)} px too wide`);
  await shoot(page, 'overview-phone');
  for (const name of ['decisions', 'playground', 'setup']) {
    await page.goto(`${open}/#${name}`);
    await page.waitForTimeout(300);
    if (name === 'decisions') await page.locator('#decision-list tbody tr').first().tap();
    check(await wide(page) <= 0, `${name} fits a phone`, `${await wide(page)} px too wide`);
    await shoot(page, `${name}-phone`);
  }
  await page.context().close();
}

async function decisions() {
  const page = await visit(`${open}/#decisions`);
  await page.waitForSelector('#decision-list tbody tr');
  await page.getByRole('button', {name: 'Pause'}).click();
  const all = await page.locator('#decision-list tbody tr').count();
  await page.locator('#filter [name=outcome]').selectOption('escalated');
  const escalated = await page.locator('#decision-list tbody tr').count();
  check(escalated > 0 && escalated < all, `the filter leaves ${escalated} of ${all} decisions`);
  await page.locator('#filter [name=pipe]').selectOption('purple');
  check(await page.locator('#decision-list .pipe.green').count() === 0, 'only the purple pipe is left');
  await page.locator('#filter [name=text]').fill('no such thing');
  check(await page.locator('#decision-none').isVisible(), 'a filter without matches says so');
  await page.locator('#filter').evaluate(form => { form.reset(); form.dispatchEvent(new Event('input')); });

  await page.locator('#decision-list tbody button').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#detail:not([hidden]) .steps');
  const detail = await text(page, '#detail');
  check(/Why/.test(detail) && /Attempts/.test(detail) && /its text is not kept/.test(detail), 'arrow and enter open why', detail.slice(0, 200));
  const over = await page.locator('.split > .scroll').evaluate(box => box.scrollWidth - box.clientWidth);
  check(over <= 0, 'time and cost of each decision are in sight beside why', `${over} px too wide`);
  check(!/PRIVATE/.test(await page.content()), 'no prompt is shown');
  await accessible(page, 'decisions');
  await shoot(page, 'decisions-light');
  await page.keyboard.press('Escape');
  check(await page.locator('#detail').isHidden(), 'escape closes it');
  check(await page.evaluate(() => document.activeElement.closest('tr') !== null), 'and the focus is back on the row');

  await page.locator('#filter [name=text]').fill('onerror');
  await page.locator('#decision-list tbody tr').first().click();
  await page.waitForSelector('#detail:not([hidden]) .steps');
  check(/<img src=x/.test(await text(page, '#detail')) && await page.title() !== 'owned' && await page.locator('main img').count() === 0, 'markup in a reason stays text');
  check(page.faults.length === 0, 'no errors', page.faults.join('; '));
  await page.context().close();
}

async function playground() {
  const page = await visit(`${open}/#playground`);
  await page.locator('[name=prompt]').fill('Summarise this mail in one line.');
  await page.waitForSelector('#explained .steps');
  check(/expected cost/.test(await text(page, '#explained')), 'typing tells the decision and its cost', await text(page, '#explained'));
  await page.locator('[name=prompt]').press('Control+Enter');
  await page.waitForFunction(() => /sonnet is answering · 1 rejected before/.test(document.querySelector('#answer-attempts').textContent));
  check(true, 'while tokens arrive, the attempt is told');
  await page.waitForFunction(() => document.querySelector('#answer-text').textContent === 'Words that arrive one by one.');
  // While tokens arrive the list holds a note; verdicts take its place at the end.
  await page.waitForFunction(() => !/is answering/.test(document.querySelector('#answer-attempts').textContent));
  check(/haiku reject \(json\)[\s\S]*sonnet accept/.test(await text(page, '#answer-attempts')), 'attempts and verdicts are told', await text(page, '#answer-attempts'));
  await page.locator('[name=stream]').uncheck();
  await page.locator('#run').click();
  await page.waitForFunction(() => document.querySelector('#answer-text').textContent === 'A plain answer.');
  check(true, 'a plain answer is shown too');
  await accessible(page, 'the playground');
  await shoot(page, 'playground-light');
  check(page.faults.length === 0, 'no errors', page.faults.join('; '));
  await page.context().close();
}

async function setup() {
  const page = await visit(`${open}/#setup`, {colorScheme: 'dark'});
  await page.waitForSelector('#setup-pipes .pipe');
  check(/green: \[haiku/.test(await text(page, '#setup-text')), 'the configuration in force is shown');
  await accessible(page, 'the configuration');
  await shoot(page, 'setup-dark');
  await page.context().close();
}

// Another origin must neither read the page's data nor frame it; a guarded page needs its token.
async function strangers() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(stranger);
  for (const mode of ['cors', 'no-cors']) {
    const got = await page.evaluate(async ([url, mode]) => {
      try { const r = await fetch(url, {mode}); return `${r.type} ${(await r.text()).length}`; } catch { return 'refused'; }
    }, [`${open}/api/view`, mode]);
    check(got === 'refused' || got === 'opaque 0', `another origin reads nothing (${mode})`, got);
  }
  const run = await page.evaluate(async url => {
    try { return (await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})).status; } catch { return 'refused'; }
  }, `${open}/api/run`);
  check(run === 'refused', 'another origin runs nothing', run);
  const events = await page.evaluate(url => new Promise(done => { const s = new EventSource(url); s.onerror = () => done('refused'); s.onopen = () => done('open'); }), `${open}/api/events`);
  check(events === 'refused', 'another origin hears no events', events);
  const framed = await page.evaluate(url => new Promise(done => {
    const frame = document.createElement('iframe');
    frame.onload = () => done(frame.contentDocument === null ? 'blocked' : 'blank');
    frame.src = url;
    document.body.append(frame);
  }), open);
  const inner = page.frames().find(frame => frame !== page.mainFrame());
  const seen = await inner.evaluate(() => document.title).catch(() => '');
  check(seen !== 'Overview · Ockham', `another origin cannot frame the page (${framed})`, seen);
  await context.close();
}

async function login() {
  const page = await visit(guarded);
  check(new URL(page.url()).pathname === '/login', 'a guarded page asks for its token', page.url());
  await accessible(page, 'the login');
  await page.getByLabel('Admin token').fill('wrong-token-wrong-token');
  await page.getByRole('button', {name: 'Sign in'}).click();
  check(new URL(page.url()).pathname === '/login', 'a wrong one does not do');
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.waitForSelector('#flow svg');
  await page.waitForFunction(() => /not working: none found/.test(document.querySelector('#health').innerText), null, {timeout: 8000});
  check(true, 'health says what is wrong');
  check(!(await page.evaluate(() => document.cookie)).includes('ockham'), 'scripts cannot read the cookie');
  check(!page.url().includes(token), 'the token is in no address');
  await page.context().close();
}

for (const look of [overview, dark, phone, decisions, playground, setup, strangers, login]) {
  console.log(`- ${look.name}`);
  try { await look(); } catch (error) { check(false, look.name, error.message); }
}
await browser.close();
process.exit(bad ? 1 : 0);
