// The board: a row for each car. Rows slide to their new place, and a value that has changed is noticed for a second.

import { h, setAttribute, setText, reducedMotion } from './dom.js';
import { delta, driverName, gap, lapTime, model, NOTHING } from './format.js';

const SECTOR = 'Sector time. With ~ it was measured by position, not told by the server';

/** Class of the column, its title, and what it means where the title does not say so. */
const COLUMNS = [
  ['place', 'P', 'Position'], ['gained', '±', 'Places won since the start'], ['name', 'Driver'], ['car', 'Car'],
  ['tyre', 'Ty', 'Tyre'], ['gap', 'Gap', 'To the leader'], ['interval', 'Int', 'To the car ahead'],
  ['s1', 'S1', SECTOR], ['s2', 'S2', SECTOR], ['s3', 'S3', SECTOR], ['last', 'Last', 'Last lap'],
  ['best', 'Best', 'Best lap'], ['delta', 'Δ', 'The running lap against the own best'], ['laps', 'Laps'],
  ['top', 'Top', 'Top speed in km/h'],
];

const MARKS = { session_best: ['◆', 'session best'], personal_best: ['▲', 'personal best'], invalid: ['✕', 'invalid'] };

export function mount(root, store) {
  const board = new Board(root, store);
  store.on('cars', () => board.draw());
  store.on('selected', () => board.select());
  board.draw();
}

class Board {
  constructor(root, store) {
    this.store = store;
    this.rows = new Map();
    this.order = '';
    this.body = h('tbody');
    this.nobody = h('p', { class: 'nothing', hidden: true }, 'Nobody is on the track.');
    this.table = h('table', { class: 'board' },
      h('caption', { class: 'spoken' }, 'Order, gaps and times. Arrow keys go through the rows, Enter opens the driver\'s page.'),
      h('colgroup', {}, COLUMNS.map(([style]) => h('col', { class: style }))),
      h('thead', {}, h('tr', {}, COLUMNS.map(([style, title, meaning]) =>
        h('th', { scope: 'col', class: style }, meaning ? h('abbr', { title: meaning }, title) : title)))),
      this.body);
    root.append(this.table, this.nobody);
    this.body.addEventListener('click', (event) => this.click(event));
    this.body.addEventListener('keydown', (event) => this.key(event));
  }

  draw() {
    const { cars, session, run } = this.store;
    this.nobody.hidden = !run || cars.length > 0;
    setAttribute(this.table, 'data-type', session?.type);
    this.table.classList.toggle('estimated', cars.some((car) => car.sectors.some((sector) => sector?.estimated)));
    for (const car of cars) {
      if (!this.rows.has(car.car_id)) this.rows.set(car.car_id, new Row(car.car_id));
      this.rows.get(car.car_id).draw(car, session);
    }
    const order = cars.map((car) => car.car_id).join();
    if (order !== this.order) this.reorder(cars);
    this.order = order;
  }

  /** Each row is put to its new place at once and drawn where it was; from there it slides. */
  reorder(cars) {
    const slides = !reducedMotion.matches && !document.hidden;
    const before = new Map();
    if (slides) for (const [id, { node }] of this.rows) if (node.isConnected) before.set(id, node.getBoundingClientRect().top);
    const focused = document.activeElement?.closest?.('tbody tr');
    const here = new Set(cars.map((car) => car.car_id));
    for (const [id, row] of this.rows) {
      if (here.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    cars.forEach(({ car_id: id }, index) => {
      const { node } = this.rows.get(id);
      if (this.body.children[index] !== node) this.body.insertBefore(node, this.body.children[index] ?? null);
    });
    // A row that is moved loses the focus.
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    for (const [id, top] of before) {
      const node = this.rows.get(id)?.node;
      const way = node ? top - node.getBoundingClientRect().top : 0;
      if (Math.abs(way) < 1) continue;
      node.getAnimations().forEach((animation) => animation.id === 'slide' && animation.cancel());
      node.classList.toggle('gains', way > 0);
      const slide = node.animate([{ transform: `translateY(${top - node.getBoundingClientRect().top}px)` }, { transform: 'none' }],
        { duration: 300, easing: 'ease-out', id: 'slide' });
      slide.onfinish = () => node.classList.remove('gains');
    }
    this.reach();
  }

  /** One row can be reached with Tab: the selected one, else the first. */
  reach() {
    const current = this.rows.get(this.store.selected)?.node ?? this.body.firstElementChild;
    for (const { node } of this.rows.values()) node.tabIndex = node === current ? 0 : -1;
  }

  select() {
    for (const [id, { node }] of this.rows) setAttribute(node, 'aria-current', id === this.store.selected ? 'true' : null);
    this.reach();
  }

  click(event) {
    if (event.target.closest('a')) return;
    const id = idOf(event.target);
    if (id !== null) this.store.select(id === this.store.selected ? null : id);
  }

  key(event) {
    const row = event.target.closest('tr');
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    const go = {
      ArrowDown: () => row.nextElementSibling,
      ArrowUp: () => row.previousElementSibling,
      Home: () => this.body.firstElementChild,
      End: () => this.body.lastElementChild,
    }[event.key];
    if (go) {
      const next = go() ?? row;
      this.store.select(idOf(next));
      next.focus();
    } else if (event.key === 'Enter' && event.target === row) {
      row.querySelector('a')?.click();
    } else if (event.key === ' ') {
      this.store.select(idOf(row));
    } else {
      return;
    }
    event.preventDefault();
  }
}

function idOf(node) {
  const row = node.closest('tr');
  return row ? Number(row.dataset.car) : null;
}

class Row {
  constructor(id) {
    this.cells = {};
    this.name = h('a', { tabindex: -1 });
    this.badge = h('span', { class: 'badge' });
    this.node = h('tr', { 'data-car': id, tabindex: -1 }, COLUMNS.map(([style]) => {
      const cell = style === 'name'
        ? h('th', { scope: 'row', class: style }, h('span', { class: 'who' }, h('bdi', {}, this.name), this.badge))
        : h('td', { class: style });
      this.cells[style] = cell;
      return cell;
    }));
    for (const style of ['s1', 's2', 's3', 'last', 'best']) this.cells[style] = new TimeCell(this.cells[style]);
  }

  draw(car, session) {
    const { cells } = this;
    this.noticed(cells.place, String(car.position ?? NOTHING));
    setText(cells.gained, gained(car.gained));
    setAttribute(cells.gained, 'data-way', Math.sign(car.gained ?? 0));
    setText(this.name, driverName(car));
    setAttribute(this.name, 'href', car.guid ? `#/driver/${encodeURIComponent(car.guid)}` : null);
    const badge = badgeOf(car);
    setText(this.badge, badge);
    this.badge.hidden = !badge;
    setText(cells.car, model(car.car));
    setAttribute(cells.car, 'title', car.car);
    setText(cells.tyre, car.tyre || '');
    const leads = car.position === 1;
    setText(cells.gap, leads && session?.type === 'race' ? 'Leader' : gap(car.gap));
    setText(cells.interval, gap(car.interval));
    [cells.s1, cells.s2, cells.s3].forEach((cell, index) => {
      const sector = car.sectors[index];
      cell.draw(sector && lapTime(sector.time), sector?.class);
    });
    cells.last.draw(car.last_lap && lapTime(car.last_lap.time), car.last_lap?.class);
    cells.best.draw(car.best_lap && lapTime(car.best_lap.time), car.best_lap?.class === 'session_best' ? 'session_best' : null);
    const ahead = car.completed || !car.connected ? null : car.delta_best;
    setText(cells.delta, ahead === null ? '' : delta(ahead));
    setAttribute(cells.delta, 'data-way', ahead === null ? null : -Math.sign(ahead));
    this.noticed(cells.laps, String(car.laps));
    setText(cells.top, car.top_speed_kmh ? String(Math.round(car.top_speed_kmh)) : '');
    this.node.classList.toggle('gone', !car.connected);
  }

  noticed(cell, text) {
    const had = cell.textContent;
    if (setText(cell, text) && had) notice(cell);
  }
}

/** A time with its class: a colour, a mark beside it, and the word for screen readers. */
class TimeCell {
  constructor(cell) {
    this.cell = cell;
    this.mark = h('span', { class: 'mark', 'aria-hidden': 'true' });
    this.value = h('span', { class: 'value' });
    this.word = h('span', { class: 'spoken' });
    this.base = cell.className;
    cell.append(this.mark, this.value, this.word);
  }

  draw(text, kind) {
    const had = this.value.textContent;
    const isNew = setText(this.value, text ?? '');
    const [mark, word] = (text && MARKS[kind]) || ['', ''];
    setText(this.mark, mark);
    setText(this.word, word && ` ${word}`);
    const style = text && kind ? `${this.base} ${kind}` : this.base;
    if (this.cell.className !== style) this.cell.className = style;
    if (isNew && text && had) notice(this.cell);
  }
}

function notice(cell) {
  if (!document.hidden) cell.animate([{ backgroundColor: 'var(--noticed)' }, { backgroundColor: 'transparent' }], 1000);
}

function gained(places) {
  if (places === null || places === undefined) return '';
  if (places === 0) return NOTHING;
  return places > 0 ? `▲${places}` : `▼${-places}`;
}

export function badgeOf(car) {
  if (!car.connected) return 'LEFT';
  if (car.completed) return 'FIN';
  if (car.in_pits) return 'PIT';
  if (!car.loaded) return 'LOADS';
  if (car.silent) return 'SILENT';
  return '';
}
