// The tower for streaming software: `?overlay=tower&rows=10&focus=CAR`. Nothing behind the rows; only transforms move.

import { h, setText } from './dom.js';
import { badgeOf } from './board.js';
import { driverName, gap, lapTime, left } from './format.js';

export function mount(root, store) {
  const parameters = new URLSearchParams(location.search);
  const rows = Math.min(Math.max(Math.trunc(Number(parameters.get('rows'))) || 10, 1), 100);
  const tower = new Tower(store, rows, parameters.get('focus'));
  document.documentElement.classList.add('overlay');
  root.replaceChildren(tower.root);
  store.on('cars', () => tower.draw());
  store.on('connection', () => tower.draw());
}

class Tower {
  constructor(store, rows, focus) {
    Object.assign(this, { store, rows, focus, nodes: new Map() });
    this.head = h('p', { class: 'tower-head' });
    this.list = h('ol', { class: 'tower' });
    this.root = h('main', { class: 'tower-frame', 'aria-label': 'Tower' }, this.head, this.list);
  }

  draw() {
    const { session, connection, cars } = this.store;
    // A picture that is not true any more does not go out.
    this.root.classList.toggle('away', connection !== 'live' || !session);
    if (!session) return;
    setText(this.head, `${session.type}  ${left(session, this.store.passed())}`);
    const shown = this.window(cars);
    const here = new Set(shown.map((car) => car.car_id));
    for (const [id, { node }] of this.nodes) {
      if (here.has(id)) continue;
      node.remove();
      this.nodes.delete(id);
    }
    shown.forEach((car, index) => this.row(car).draw(car, index, session, this.isFocus(car)));
  }

  /** The first rows; if the car in focus is not among them, the leader and those around that car. */
  window(cars) {
    const at = this.focus === null ? -1 : cars.findIndex((car) => this.isFocus(car));
    if (at < this.rows) return cars.slice(0, this.rows);
    const around = this.rows - 1;
    const first = Math.max(1, Math.min(at - Math.floor(around / 2), cars.length - around));
    return [cars[0], ...cars.slice(first, first + around)];
  }

  isFocus(car) {
    return this.focus !== null && (String(car.car_id) === this.focus || car.guid === this.focus);
  }

  row(car) {
    if (!this.nodes.has(car.car_id)) {
      const row = new TowerRow(car.car_id);
      this.nodes.set(car.car_id, row);
      this.list.append(row.node);
    }
    return this.nodes.get(car.car_id);
  }
}

class TowerRow {
  constructor(id) {
    this.place = h('span', { class: 'place' });
    this.name = h('bdi', { class: 'name' });
    this.gap = h('span', { class: 'gap' });
    this.node = h('li', { 'data-car': id }, this.place, this.name, this.gap);
  }

  draw(car, index, session, isFocus) {
    setText(this.place, String(car.position ?? ''));
    setText(this.name, driverName(car));
    setText(this.gap, badgeOf(car) || leading(car, session) || gap(car.gap));
    this.node.classList.toggle('focus', isFocus);
    this.node.classList.toggle('gone', !car.connected);
    if (this.index !== index) {
      this.node.style.transform = `translateY(calc(${index} * var(--tower-row)))`;
      this.index = index;
    }
  }
}

function leading(car, session) {
  if (car.position !== 1) return '';
  if (session.type === 'race') return 'Leader';
  return car.best_lap ? lapTime(car.best_lap.time) : '';
}
