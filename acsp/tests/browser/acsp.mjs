// Starts `acsp web`, and opens pages of it that remember what went wrong.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** In milliseconds; it is waited for so long only when a check fails. */
export const PATIENCE = 120_000;
const running = new Set();

/** `acsp web` with these arguments: `{ url, stop }`. */
export async function acspWeb(...parameters) {
  const child = spawn(process.env.ACSP, ['web', ...parameters], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const said = [];
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [found] = /http:\/\/\S+?(?=\/? )/.exec(line) ?? [];
      if (found) resolve(found);
    });
    ended.then(() => reject(new Error(`acsp web ${parameters.join(' ')} has ended: ${said.join('\n')}`)));
  });
  const stop = () => {
    child.kill('SIGKILL');
    return ended;
  };
  return { url, stop };
}

export function stopAll() {
  for (const child of running) child.kill('SIGKILL');
}

/** A simulated race on a port of its own, from its third lap on. It lasts longer than any check. */
export function race({ cars = 24, speed = 1, content = null } = {}) {
  return acspWeb('--listen', '127.0.0.1:0', '--cars', String(cars), '--speed', String(speed), ...(content ? ['--content', content] : []));
}

/** An address that leads to another one, and with `goTo` to yet another. It ends with this program. */
export async function door(leadsTo) {
  let target = new URL(leadsTo);
  const server = createServer((browser) => {
    const program = connect(target.port, target.hostname);
    for (const [socket, other] of [[browser, program], [program, browser]]) {
      socket.pipe(other);
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  server.unref();
  const goTo = (url) => { target = new URL(url); };
  return { url: `http://127.0.0.1:${server.address().port}`, goTo };
}

/**
 * A page of its own: `clean()` asserts that it has asked no other host for anything, and that nothing was written to
 * the console. `prepare` has the page before it is loaded.
 */
export async function open(browser, url, path = '/', { prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark', ...options });
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  const page = await context.newPage();
  const trouble = [];
  const foreign = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('dialog', (dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('request', (request) => request.url().startsWith(`${url}/`) || foreign.push(request.url()));
  await prepare?.(page);
  await page.goto(url + path);
  const clean = () => {
    assert.deepEqual(foreign, [], 'requests to other hosts');
    assert.deepEqual(trouble, [], 'errors in the console');
  };
  return { page, clean };
}

/** Waits until the board has so many rows, and most of them their gaps: who has left has none. */
export async function filled(page, rows) {
  // Each part loads by itself; the one with the keys and the tabs may come after the board.
  await page.waitForSelector('body[data-page]', { timeout: PATIENCE });
  await page.waitForFunction((count) => {
    const all = [...document.querySelectorAll('#board tbody tr')];
    return all.length === count && all.filter((row) => row.querySelector('.gap')?.textContent.startsWith('+')).length > count / 2;
  }, rows, { timeout: PATIENCE });
}

/** For `prepare`: the page gets no events but those that the test gives it, with `tell(page, …)`. */
export function withoutStream(page) {
  return page.addInitScript(() => {
    const listeners = {};
    window.EventSource = class {
      addEventListener(name, listener) { listeners[name] = listener; }

      close() {}
    };
    window.tell = (name, data) => listeners[name]({ data: JSON.stringify(data) });
  });
}

export function tell(page, name, data) {
  return page.evaluate(([event, value]) => window.tell(event, value), [name, data]);
}
