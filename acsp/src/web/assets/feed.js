// What just happened, newest first. The few lines that matter to everybody are also told to screen readers.

import { h, setText } from './dom.js';
import { clock } from './format.js';

/** Before each line a mark, so that its colour is not alone. */
const MARKS = {
  session: '■', lap: '·', personal_best: '▲', session_best: '◆', sector_best: '◇', position: '↑', collision: '✱', driver: '•',
  pits: 'P', finish: '⚑', chat: '“', trouble: '!',
};
const TOLD = new Set(['session', 'session_best', 'finish', 'trouble']);
/** In milliseconds: what comes sooner is told together. */
const PAUSE = 4_000;

export function mount(root, store) {
  const feed = new Feed(root, store);
  store.on('feed', () => feed.draw());
  feed.draw();
}

class Feed {
  constructor(root, store) {
    this.store = store;
    this.lines = new Map();
    this.list = h('ol', { class: 'feed', reversed: true });
    this.nothing = h('p', { class: 'nothing' }, 'Nothing has happened yet.');
    const allLaps = h('input', { type: 'checkbox', onchange: () => this.list.classList.toggle('all-laps', allLaps.checked) });
    this.frame = h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Events, newest first' }, this.list, this.nothing);
    root.append(h('div', { class: 'bar' }, h('h2', {}, 'Events'), h('label', {}, allLaps, ' every lap')), this.frame);
    this.announcer = document.getElementById('announcer');
    this.toTell = [];
  }

  draw() {
    const { feed, run } = this.store;
    const keys = new Set();
    const known = this.lines.size > 0;
    const fresh = [];
    for (const line of feed) {
      const key = `${run} ${line.id}`;
      keys.add(key);
      if (this.lines.has(key)) continue;
      const node = lineOf(line, () => line.car_id !== null && this.store.select(line.car_id));
      this.lines.set(key, node);
      fresh.push(node);
      if (known && TOLD.has(line.topic)) this.toTell.push(line.text);
    }
    this.list.prepend(...fresh);
    for (const [key, node] of this.lines) {
      if (keys.has(key)) continue;
      node.remove();
      this.lines.delete(key);
    }
    this.nothing.hidden = feed.length > 0;
    this.tell();
  }

  tell() {
    if (this.waiting || !this.toTell.length) return;
    setText(this.announcer, this.toTell.splice(0).slice(0, 3).join('. '));
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.tell();
    }, PAUSE);
  }
}

function lineOf(line, select) {
  return h('li', { class: line.topic, onclick: select },
    h('time', {}, line.elapsed === null ? '' : clock(line.elapsed)),
    h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[line.topic] ?? '·'),
    h('bdi', {}, line.text));
}
