// What the page of `acsp web` has to do. Each check waits for what should happen, never for a time.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axe } from './modules.mjs';
import { acspWeb, filled, open, PATIENCE, race } from './acsp.mjs';

const TELEPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Waits until the page shows what the API tells of the same moment: the order, the gaps and the best laps. */
async function equalsTheApi(page) {
  await page.waitForFunction(async () => {
    const seconds = (time) => {
      const minutes = Math.floor(time / 60000);
      const rest = ((time - minutes * 60000) / 1000).toFixed(3);
      return minutes ? `${minutes}:${rest.padStart(6, '0')}` : rest;
    };
    const gap = (value) => (value === null ? '–' : 'time' in value ? `+${seconds(value.time)}` : `+${value.laps} lap${value.laps > 1 ? 's' : ''}`);
    const { rows, session } = await (await fetch('/api/v1/live')).json();
    const told = rows.map((row, index) => [
      String(row.position), row.driver, index === 0 && session.type === 'race' ? 'Leader' : gap(row.gap), gap(row.interval),
      row.best_lap ? seconds(row.best_lap.time) : '',
    ].join('|'));
    const shown = [...document.querySelectorAll('#board tbody tr')].map((row) => [
      ...['.place', '.name a', '.gap', '.interval', '.best .value'].map((cell) => row.querySelector(cell).textContent),
    ].join('|'));
    window.compared = { told, shown };
    return told.length > 0 && told.join('\n') === shown.join('\n');
  }, null, { timeout: PATIENCE }).catch(async (error) => {
    throw new Error(`${error.message}\n${JSON.stringify(await page.evaluate(() => window.compared), null, 1)}`);
  });
}

export async function board(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url);
  await filled(page, 24);
  await equalsTheApi(page);
  assert.match(await page.textContent('#session'), /race.*lap \d+\/\d+/i);
  await page.waitForFunction(() => document.querySelector('#link').textContent === 'simulated');
  // Each row has its time with a mark or a word for its colour.
  await page.waitForFunction(() => document.querySelector('#board .personal_best .mark')?.textContent === '▲'
    && document.querySelector('#board .session_best .mark')?.textContent === '◆');
  await page.waitForSelector('#feed li');
  await page.waitForSelector('#race .series path');
  clean();
}

export async function everything_fits(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url, '/', { viewport: { width: 1920, height: 1080 } });
  await filled(page, 24);
  const bottom = await page.$eval('#board tbody tr:last-child', (row) => row.getBoundingClientRect().bottom);
  assert.ok(bottom <= 1080, `24 cars end at ${bottom} px`);
  clean();

  const phone = await open(browser, url, '/', TELEPHONE);
  await filled(phone.page, 24);
  const measure = () => phone.page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    small: [...document.querySelectorAll('button, select, summary, label, tbody tr, #more a')]
      .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44)
      .map((node) => `${node.outerHTML.slice(0, 80)} ${node.getBoundingClientRect().height}`),
  }));
  await phone.page.click('#board tbody tr:nth-child(2) .gap');
  await phone.page.waitForSelector('#driver .plot .series');
  for (const tab of ['board', 'map', 'feed', 'more']) {
    await phone.page.click(`.tabs [data-tab=${tab}]`);
    assert.deepEqual(await measure(), { width: 390, small: [] }, tab);
  }
  phone.clean();
}

export async function map(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url);
  await page.waitForFunction(() => document.querySelectorAll('#map .dot').length > 20);
  await page.waitForFunction(() => document.querySelector('#map .road').getAttribute('d'));
  const places = () => page.$$eval('#map .dot', (dots) => Object.fromEntries(dots.map((dot) => [dot.dataset.car, dot.style.transform])));
  const before = await places();
  // All but those who stand in the pits.
  await page.waitForFunction((was) => [...document.querySelectorAll('#map .dot')]
    .filter((dot) => dot.style.transform !== was[dot.dataset.car]).length > 12, before);
  // The leader is marked, and moves too.
  const leader = await page.waitForSelector('#map .dot.leader');
  const [car, place] = await leader.evaluate((dot) => [dot.dataset.car, dot.style.transform]);
  await page.waitForFunction(([id, was]) => {
    const dot = document.querySelector(`#map .dot[data-car="${id}"]`);
    return dot && dot.style.transform !== was;
  }, [car, place]);
  // Who is selected stands out in the board and on the map.
  await page.click('#board tbody tr:nth-child(3) .gap');
  const selected = await page.getAttribute('#board tr[aria-current]', 'data-car');
  await page.waitForSelector(`#map .dot.selected[data-car="${selected}"]`);
  clean();
}

/** The connection is lost, the program starts again, and the page knows what a new page knows. */
export async function reconnect(browser) {
  const first = await race();
  const { page } = await open(browser, first.url);
  await filled(page, 24);
  await first.stop();
  await page.waitForSelector('body.lost');
  assert.match(await page.textContent('#notice'), /connection to acsp is lost/);
  const { host } = new URL(first.url);
  const second = await race({ cars: 20, listen: host });
  assert.equal(second.url, first.url);
  await page.waitForSelector('body:not(.lost)');
  await filled(page, 20);
  await equalsTheApi(page);
  const fresh = await open(browser, second.url);
  await filled(fresh.page, 20);
  await equalsTheApi(fresh.page);
  fresh.clean();
}

/** A server whose drivers have hostile names: acsp/tests/browser.rs plays it. */
export async function hostile(browser, ...addresses) {
  const names = JSON.parse(addresses.pop());
  const { url } = await acspWeb(...addresses, '--no-db', '--listen', '127.0.0.1:0');
  const { page, clean } = await open(browser, url);
  await page.waitForFunction((count) => document.querySelectorAll('#board tbody tr').length === count, names.length);
  const shown = await page.$$eval('#board .name a', (all) => all.map((each) => each.textContent));
  assert.deepEqual(shown.sort(), [...names].sort());
  // The chat is in the feed as text, with what cannot be seen escaped.
  await page.waitForFunction((name) => [...document.querySelectorAll('#feed li.chat')].some((line) => line.textContent.includes(name)), names[0]);
  await page.click('#board tbody tr:nth-child(1) .gap');
  await page.waitForSelector('#driver h2');
  const made = await page.evaluate(() => [
    document.querySelectorAll('body img, body script, body iframe, body b').length, String(window.hacked),
  ]);
  assert.deepEqual(made, [0, 'undefined']);
  clean();
  const overlay = await open(browser, url, '/?overlay=tower&rows=4');
  await overlay.page.waitForSelector('.tower li');
  assert.equal(await overlay.page.$$eval('body img, body b', (all) => all.length), 0);
  overlay.clean();
}

export async function overlay(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url, '/?overlay=tower&rows=10&focus=7', { viewport: { width: 600, height: 700 } });
  await page.waitForFunction(() => document.querySelectorAll('.tower li').length === 10);
  assert.equal(await page.textContent('.tower li.focus .place').then((text) => text.length > 0), true);
  assert.equal(await page.locator('table').count(), 0);
  const picture = (await page.screenshot({ omitBackground: true })).toString('base64');
  const other = await browser.newPage();
  const alpha = await other.evaluate(async (bytes) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${bytes}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    return [[590, 10], [590, 690], [300, 690], [40, 90]].map(([x, y]) => canvas.getImageData(x, y, 1, 1).data[3]);
  }, picture);
  assert.deepEqual(alpha.slice(0, 3), [0, 0, 0], 'beside and below the tower nothing is drawn');
  assert.ok(alpha[3] > 200, 'the tower itself is');
  clean();
}

export async function keyboard(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url);
  await filled(page, 24);
  const selected = () => page.getAttribute('#board tr[aria-current]', 'data-car', { timeout: PATIENCE });
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('#board tr[aria-current]:focus');
  const first = await selected();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((was) => document.querySelector('#board tr[aria-current]').dataset.car !== was, first);
  await page.waitForSelector('#driver .plot .series');
  // A plot is read with the arrows.
  await page.focus('#driver .plot-frame');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => /^lap \d+: .+/.test(document.querySelector('#driver .reading').textContent));
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('#board tr[aria-current]'));
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#help', { state: 'hidden' });
  await page.focus('#board tbody tr[tabindex="0"]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#\/driver\/\d+$/);
  await page.waitForSelector('#page h2');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#live', { state: 'visible' });
  clean();
}

/** A part whose script is broken says so, and the others go on. */
export async function broken_part(browser) {
  const { url } = await race();
  const { page } = await open(browser, 'about:blank', '');
  await page.route('**/assets/map.js', (route) => route.fulfill({ contentType: 'text/javascript', body: 'export function mount() { throw new Error("broken"); }' }));
  await page.route('**/assets/feed.js', (route) => route.fulfill({ contentType: 'text/javascript', body: 'syntax error' }));
  await page.goto(url);
  await filled(page, 24);
  for (const part of ['#map', '#feed']) assert.match(await page.textContent(part), /has failed/);
  await equalsTheApi(page);
}

async function assertAccessible(page) {
  await page.evaluate(axe());
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html + node.failureSummary).join(' ')}`);
  assert.deepEqual(found, [], page.url());
}

export async function accessible(browser) {
  const { url } = await race();
  const live = await (await fetch(`${url}/api/v1/live`)).json();
  const { guid } = live.rows[0];
  const audit = async (path, options, act) => {
    const { page, clean } = await open(browser, url, path, { reducedMotion: 'reduce', ...options });
    await act(page);
    await assertAccessible(page);
    clean();
    await page.context().close();
  };
  const select = async (page) => {
    await filled(page, 24);
    await page.click('#board tbody tr:nth-child(2) .gap');
    await page.waitForSelector('#driver .plot .series');
  };
  await audit('/', {}, select);
  await audit('/', { colorScheme: 'light' }, select);
  await audit('/', TELEPHONE, select);
  const heading = (page) => page.waitForSelector('#page h2');
  await audit(`/#/driver/${guid}`, {}, heading);
  await audit('/#/results', { colorScheme: 'light' }, heading);
  await audit('/#/records', {}, heading);
}

/** Commands: `file` has the token. */
export async function control(browser, local, server, file) {
  const { url } = await acspWeb(local, server, '--no-db', '--listen', '127.0.0.1:0', '--admin-token-file', file);
  const { page } = await open(browser, url);
  await page.click('.pages button:has-text("Control")');
  await page.waitForSelector('.control[open]');
  const said = (words) => page.waitForFunction((text) => document.querySelector('.control [role=status]').textContent.includes(text), words);
  await page.fill('.control [type=password]', 'wrong');
  await page.click('.control button:has-text("Check")');
  await page.waitForFunction(() => document.querySelector('.control [role=status]').textContent.length > 3);
  assert.doesNotMatch(await page.textContent('.control [role=status]'), /is right/);
  await page.fill('.control [type=password]', (await readFile(file, 'utf8')).trim());
  await page.click('.control button:has-text("Check")');
  await said('The token is right.');
  await page.fill('.control [type=text]', 'box, box');
  await page.click('.control button:has-text("Send")');
  await said('Sent.');
  // The first press only asks, for a few seconds: both are one step, however busy the machine is.
  const asked = await page.locator('.control button:has-text("Next")').evaluate((button) => {
    button.click();
    const label = button.textContent;
    button.click();
    return label;
  });
  assert.equal(asked, 'Press again');
  await said('Asked for the next session.');
}

/** Results, records and drivers out of the lap store, of sessions that acsp/tests/browser.rs plays. */
export async function stored(browser, local, server, file) {
  const { url } = await acspWeb(local, server, '--db', file, '--speed', '20', '--listen', '127.0.0.1:0');
  const { page, clean } = await open(browser, url, '/#/results');
  // The page shows a session as soon as it has ended.
  await page.click('#page td + td a, #page tbody th a');
  await page.waitForSelector('#page a[download]');
  const saved = await page.evaluate(async () => (await fetch(document.querySelector('#page a[download]').href)).json());
  assert.ok(saved.Result.length > 0 && saved.TrackName, 'the JSON of acServer');
  await assertAccessible(page);
  await page.click('#page details summary');
  await page.waitForSelector('#page details[open] table');

  await page.click('.pages a[href="#/records"]');
  await page.waitForFunction(() => document.querySelector('#page h2')?.textContent === 'Records' && document.querySelector('#page tbody tr'));
  const { records } = await (await fetch(`${url}/api/v1/records`)).json();
  assert.ok(records.length > 0);
  await assertAccessible(page);

  const { rows } = await (await fetch(`${url}/api/v1/live`)).json();
  const [one, other] = rows.filter((row) => row.guid);
  await page.goto(`${url}/#/driver/${one.guid}`);
  await page.waitForSelector('#page .history tbody tr');
  assert.equal((await page.textContent('#page h2')).trim(), one.driver);
  await assertAccessible(page);
  await page.selectOption('#page select', other.guid);
  await page.waitForURL((address) => address.hash === `#/driver/${one.guid},${other.guid}`);
  await page.waitForFunction((names) => names.every((name) => document.querySelector('#page h2')?.textContent.includes(name)), [one.driver, other.driver]);
  await page.waitForFunction(() => document.querySelectorAll('#page .chip').length === 2);
  clean();
}
