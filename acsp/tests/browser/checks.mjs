// What the page of `acsp web` has to do. Each check waits for what should happen, never for a time.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { axe } from './modules.mjs';
import { acspWeb, door, filled, open, PATIENCE, race, tell, withoutStream } from './acsp.mjs';

const TELEPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const json = async (url, path) => (await fetch(`${url}/api/v1/${path}`)).json();

/** The colours of a PNG at these places: red, green, blue, alpha. */
async function pixels(browser, png, places) {
  const page = await browser.newPage();
  const found = await page.evaluate(async ([bytes, at]) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${bytes}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    return at.map(([x, y]) => [...canvas.getImageData(x, y, 1, 1).data]);
  }, [png.toString('base64'), places]);
  await page.close();
  return found;
}

/** Waits until the page has shown what the API tells of a moment: the order, the gaps and the best laps. */
async function equalsTheApi(page) {
  // What the API tells may be on the page a moment later, or no longer be: all that is shown meanwhile is kept.
  await page.evaluate(() => {
    const read = () => [...document.querySelectorAll('#board tbody tr')].map((row) => [
      ...['.place', '.name a', '.gap', '.interval', '.best .value'].map((cell) => row.querySelector(cell).textContent),
    ].join('|')).join('\n');
    window.shown = new Set([read()]);
    window.observer?.disconnect();
    window.observer = new MutationObserver(() => window.shown.add(read()));
    window.observer.observe(document.querySelector('#board'), { subtree: true, childList: true, characterData: true });
    window.told = new Set();
  });
  await page.waitForFunction(async () => {
    const seconds = (time) => {
      const minutes = Math.floor(time / 60000);
      const rest = ((time - minutes * 60000) / 1000).toFixed(3);
      return minutes ? `${minutes}:${rest.padStart(6, '0')}` : rest;
    };
    const gap = (value) => (value === null ? '–' : 'time' in value ? `+${seconds(value.time)}` : `+${value.laps} lap${value.laps > 1 ? 's' : ''}`);
    const { rows, session } = await (await fetch('/api/v1/live')).json();
    if (rows.length) {
      window.told.add(rows.map((row, index) => [
        String(row.position), row.driver, index === 0 && session.type === 'race' ? 'Leader' : gap(row.gap), gap(row.interval),
        row.best_lap ? seconds(row.best_lap.time) : '',
      ].join('|')).join('\n'));
    }
    return [...window.told].some((told) => window.shown.has(told));
  }, null, { timeout: PATIENCE }).catch(async (error) => {
    const [told, shown] = await page.evaluate(() => [window.told, window.shown].map((all) => [...all].at(-1)));
    throw new Error(`${error.message}\ntold:\n${told}\nshown:\n${shown}`);
  });
}

export async function board(browser) {
  const { url } = await race();
  const { page, clean } = await open(browser, url);
  await filled(page, 24);
  await equalsTheApi(page);
  assert.match(await page.textContent('#session'), /race.*lap \d+\/\d+/i);
  await page.waitForFunction(() => document.querySelector('#link')?.textContent === 'simulated');
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

  // A row that slides is measured to some 1/10,000 of a pixel.
  const phone = await open(browser, url, '/', { ...TELEPHONE, reducedMotion: 'reduce' });
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
  await page.waitForFunction(() => document.querySelector('#map .road')?.getAttribute('d'));
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

/** Draws a road as the game's own pictures have it, white on nothing: the PNG. */
async function drawn(browser, points, { metres, x, z, width, height }) {
  const page = await browser.newPage();
  const picture = await page.evaluate(async ([line, size]) => {
    const context = new OffscreenCanvas(...size).getContext('2d');
    context.strokeStyle = 'white';
    context.lineWidth = 8;
    context.beginPath();
    for (const point of line) context.lineTo(...point);
    context.closePath();
    context.stroke();
    return [...new Uint8Array(await (await context.canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  }, [points.map((point) => [(point[0] + x) / metres, (point[1] + z) / metres]), [width, height]]);
  await page.close();
  return Buffer.from(picture);
}

/** The game's own map lies under the cars where its `map.ini` says. `folder` is for a content folder. */
export async function game_map(browser, folder) {
  const first = await race();
  const { track, track_config: layout, points } = await json(first.url, 'map');
  await first.stop();
  const [xs, zs] = [points.map(([x]) => x), points.map(([, z]) => z)];
  // The picture has other edges to its left and above, and a pixel is not a metre.
  const ini = { metres: 2.5, x: 40 - Math.min(...xs), z: 90 - Math.min(...zs) };
  ini.width = Math.ceil((Math.max(...xs) + ini.x) / ini.metres) + 20;
  ini.height = Math.ceil((Math.max(...zs) + ini.z) / ini.metres) + 20;
  const place = [folder, 'tracks', track, layout].filter(Boolean).join('/');
  await mkdir(`${place}/data`, { recursive: true });
  await writeFile(`${place}/map.png`, await drawn(browser, points, ini));
  await writeFile(`${place}/data/map.ini`, `[PARAMETERS]\nWIDTH=${ini.width}\nHEIGHT=${ini.height}\nMARGIN=20\nSCALE_FACTOR=${ini.metres}\nX_OFFSET=${ini.x}\nZ_OFFSET=${ini.z}\nDRAWING_SIZE=10\n`);

  const { url } = await race({ content: folder });
  // The files are read beside the race.
  while (!(await json(url, 'map')).image) await json(url, 'live');
  for (const colorScheme of ['dark', 'light']) {
    const { page, clean } = await open(browser, url, '/', { colorScheme, prepare: withoutStream });
    const live = await json(url, 'live');
    await tell(page, 'state', live);
    await page.waitForSelector('#map .has-ground .ground', { state: 'visible' });
    await page.waitForSelector('#map .road', { state: 'hidden' });
    const { ground, dots } = await page.evaluate(() => {
      const picture = document.querySelector('#map .ground');
      const { left, top, width, height } = picture.getBoundingClientRect();
      const middle = (node) => {
        const box = node.getBoundingClientRect();
        return [node.dataset.car, (box.left + box.right) / 2, (box.top + box.bottom) / 2];
      };
      const natural = [picture.naturalWidth, picture.naturalHeight];
      return { ground: { left, top, width, height, natural }, dots: [...document.querySelectorAll('#map .dot')].map(middle) };
    });
    assert.deepEqual(ground.natural, [ini.width, ini.height]);
    const seen = live.rows.filter((row) => row.connected && row.x !== null);
    assert.ok(seen.length > 12 && dots.length === seen.length, `${dots.length} dots of ${seen.length} cars`);
    for (const [id, x, y] of dots) {
      const car = seen.find((row) => row.car_id === Number(id));
      const pixel = [(car.x + ini.x) / ini.metres, (car.z + ini.z) / ini.metres];
      const shown = [((x - ground.left) / ground.width) * ini.width, ((y - ground.top) / ground.height) * ini.height];
      const away = Math.hypot(pixel[0] - shown[0], pixel[1] - shown[1]);
      assert.ok(away < 1, `car ${id} is at the pixel ${shown} of the picture instead of ${pixel}`);
    }
    // The white road can be seen in both themes: against the ground beside it.
    await page.$$eval('#map .dots, #map .track', (nodes) => nodes.forEach((node) => { node.style.visibility = 'hidden'; }));
    const scale = ground.width / ini.width;
    const road = points.filter((_, index) => index % 20 === 0)
      .map(([x, z]) => [ground.left + ((x + ini.x) / ini.metres) * scale, ground.top + ((z + ini.z) / ini.metres) * scale]);
    const [beside, ...colours] = await pixels(browser, await page.screenshot(), [[ground.left + 2, ground.top + 2], ...road]);
    const contrast = colours.map(([red]) => Math.abs(red - beside[0]));
    assert.ok(contrast.every((value) => value > 40), `${colorScheme}: ${contrast}`);
    clean();
  }

  // Without the picture the outline is the road.
  const { page } = await open(browser, url, '/', { prepare: (each) => each.route('**/map.png*', (route) => route.fulfill({ status: 404 })) });
  await page.waitForFunction(() => document.querySelector('#map .road')?.getAttribute('d'));
  await page.waitForSelector('#map .road', { state: 'visible' });
  assert.equal(await page.locator('.ground').count(), 0);
}

/** Between two reports a dot goes along the straight line from one place to the next: forwards, and not beyond. */
export async function smoothness(browser) {
  const { url } = await race({ cars: 2 });
  const live = await json(url, 'live');
  const { car_id: id } = live.rows[0];
  const places = [[0, 0], [150, 60], [300, -50], [200, -200]];
  const watched = async (reducedMotion) => {
    const { page, clean } = await open(browser, url, '/', {
      reducedMotion,
      prepare: async (each) => {
        await withoutStream(each);
        await each.clock.install();
      },
    });
    const dot = () => page.$eval(`#map .dot[data-car="${id}"]`, (node) => node.style.transform.match(/-?[\d.]+/g).map(Number));
    // The outline first, so that the scale stays the same.
    await tell(page, 'state', live);
    await page.waitForFunction(() => document.querySelector('#map .road')?.getAttribute('d'));
    // From here on time is what the test says, and with it the frames.
    await page.clock.pauseAt(await page.evaluate(() => Date.now()) + 60_000);
    const seen = [];
    for (const [x, z] of places) {
      const order = live.rows.map((row) => (row.car_id === id ? { ...row, x, z } : row));
      const [name, data] = seen.length ? ['update', { ...live, order, rows: [], feed: [] }] : ['state', { ...live, rows: order }];
      await tell(page, name, data);
      const steps = [];
      for (let time = 0; time < 500; time += 25) {
        await page.clock.runFor(25);
        steps.push(await dot());
      }
      seen.push(steps);
    }
    clean();
    await page.context().close();
    return seen;
  };

  // Who wants no motion has the dot where it is reported, at once.
  const still = await watched('reduce');
  for (const steps of still) assert.equal(new Set(steps.map(String)).size, 1, steps.join(' '));
  const moving = await watched('no-preference');
  for (let index = 1; index < places.length; index += 1) {
    const from = moving[index - 1].at(-1);
    const [to] = still[index];
    const way = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(...way);
    const steps = moving[index].map(([x, y]) => [x - from[0], y - from[1]]);
    const along = steps.map(([x, y]) => (x * way[0] + y * way[1]) / length);
    const aside = steps.map(([x, y]) => Math.abs(x * way[1] - y * way[0]) / length);
    // A report comes between two frames: the dot has then gone on a little since the last one, by the line before.
    const words = `${along} of ${length} px, ${aside} px aside`;
    assert.ok(along.every((value, step) => value > (along[step - 1] ?? 0)), words);
    assert.ok(along.at(-1) < length + 0.2 && along.at(-1) > length / 2, words);
    assert.ok(aside.every((value) => value < 2.5) && aside.at(-1) < 1, words);
  }
}

/** The connection is lost, the program starts again, and the page knows what a new page knows. */
export async function reconnect(browser) {
  const first = await race();
  // The page's own address stays the same: nobody else can take its port between the two.
  const { url, goTo } = await door(first.url);
  const { page } = await open(browser, url);
  await filled(page, 24);
  await first.stop();
  await page.waitForSelector('body.lost');
  assert.match(await page.textContent('#notice'), /connection to acsp is lost/);
  const second = await race({ cars: 20 });
  goTo(second.url);
  await page.waitForSelector('body:not(.lost)');
  await filled(page, 20);
  await equalsTheApi(page);
  const fresh = await open(browser, url);
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
  const picture = await page.screenshot({ omitBackground: true });
  const alpha = (await pixels(browser, picture, [[590, 10], [590, 690], [300, 690], [40, 90]])).map((pixel) => pixel[3]);
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
  await page.waitForFunction((was) => (document.querySelector('#board tr[aria-current]')?.dataset.car ?? was) !== was, first);
  await page.waitForSelector('#driver .plot .series');
  // A plot is read with the arrows.
  await page.focus('#driver .plot-frame');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => /^lap \d+: .+/.test(document.querySelector('#driver .reading')?.textContent));
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
  const said = (words) => page.waitForFunction((text) => document.querySelector('.control [role=status]')?.textContent.includes(text), words);
  await page.fill('.control [type=password]', 'wrong');
  await page.click('.control button:has-text("Check")');
  await page.waitForFunction(() => document.querySelector('.control [role=status]')?.textContent.length > 3);
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
  // Of whom nothing is known, the page says so, and shows the others.
  await page.goto(`${url}/#/driver/${one.guid},nobody`);
  await page.waitForSelector('#page .nothing:has-text("No lap is stored of nobody.")');
  await page.waitForSelector(`#page table:has-text("Best laps side by side") th:has-text("${one.driver}")`);
}
