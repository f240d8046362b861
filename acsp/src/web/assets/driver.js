// The driver who is selected: values, lap times and gaps, beside up to three others.

import { h, setText, table } from './dom.js';
import { delta, driverName, gap, lapTime, model, NOTHING } from './format.js';
import { badgeOf } from './board.js';
import { gapPlot, gaps, LAP_COLUMNS, lapPlot, lapRows, lapTimes, readLaps } from './laps.js';

const MOST = 4;

export function mount(root, store) {
  const panel = new DriverPanel(root, store);
  store.on('selected', () => panel.select());
  store.on('cars', () => panel.draw());
  store.on('key', () => panel.select());
}

class DriverPanel {
  constructor(root, store) {
    Object.assign(this, { root, store, others: [] });
    this.title = h('h2');
    this.page = h('a', { class: 'button' }, 'Driver\'s page');
    this.values = h('dl', { class: 'values' });
    this.choice = h('select', { 'aria-label': 'Compare with', onchange: () => this.add() });
    this.chosen = h('span', { class: 'chosen' });
    this.plots = [lapPlot(), gapPlot()];
    this.table = h('div', { class: 'laps' });
    root.append(
      h('div', { class: 'bar' }, this.title, this.page,
        h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => store.select(null) }, '✕')),
      this.values,
      h('div', { class: 'compare' }, this.choice, this.chosen),
      h('div', { class: 'plots' }, this.plots.map((plot) => plot.root)),
      this.table,
    );
    this.select();
  }

  select() {
    this.others = this.others.filter((id) => id !== this.store.selected && this.store.car(id));
    this.root.hidden = this.store.selected === null;
    document.body.classList.toggle('has-driver', !this.root.hidden);
    this.drawn = null;
    this.draw();
  }

  draw() {
    const car = this.store.car(this.store.selected);
    if (!car) return;
    setText(this.title, `P${car.position ?? NOTHING} ${driverName(car)}`);
    this.page.hidden = !car.guid;
    if (car.guid) this.page.setAttribute('href', `#/driver/${encodeURIComponent(car.guid)}`);
    this.drawValues(car);
    const cars = [car, ...this.others.map((id) => this.store.car(id)).filter(Boolean)];
    const version = JSON.stringify([this.store.run, this.store.key, ...cars.map((each) => [each.car_id, each.laps_version])]);
    if (version === this.drawn) return;
    this.drawn = version;
    this.drawChoice();
    this.drawLaps(cars, version);
  }

  drawValues(car) {
    const values = [
      ['Car', model(car.car)], ['Team', car.team], ['Tyre', car.tyre], ['State', badgeOf(car)], ['Gap', gap(car.gap)],
      ['Last', lapTime(car.last_lap?.time)], ['Best', lapTime(car.best_lap?.time)],
      ['Possible', lapTime(car.theoretical_best), 'The sum of the best sectors'],
      ['This lap', delta(car.delta_best), 'Against the own best'],
      ['Top speed', car.top_speed_kmh ? `${Math.round(car.top_speed_kmh)} km/h` : ''], ['Contacts', car.collisions ? String(car.collisions) : ''],
    ].filter(([, value]) => value && value !== NOTHING);
    const names = values.map(([name]) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.values.replaceChildren(...values.map(([name, , title]) => h('div', { title }, h('dt', {}, name), h('dd', {}, ''))));
    }
    values.forEach(([, value], index) => setText(this.values.children[index].lastChild, value));
  }

  drawChoice() {
    const free = this.store.cars.filter((car) => car.car_id !== this.store.selected && !this.others.includes(car.car_id));
    this.choice.replaceChildren(h('option', { value: '' }, 'Compare with …'),
      ...free.map((car) => h('option', { value: car.car_id }, driverName(car))));
    this.choice.disabled = this.others.length + 1 >= MOST;
    this.chosen.replaceChildren(...this.others.map((id, index) => h('button', {
      type: 'button', class: `chip rank-${index + 1}`, title: 'Leave out', onclick: () => this.leaveOut(id),
    }, h('bdi', {}, driverName(this.store.car(id) ?? { car_id: id })), ' ✕')));
  }

  add() {
    if (this.choice.value !== '') this.others.push(Number(this.choice.value));
    this.draw();
  }

  leaveOut(id) {
    this.others = this.others.filter((each) => each !== id);
    this.draw();
  }

  async drawLaps(cars, version) {
    try {
      const driven = await readLaps(this.store, cars);
      if (version !== this.drawn) return;
      const [times, distances] = this.plots;
      times.update(lapTimes(driven));
      const isRace = this.store.session?.type === 'race';
      distances.root.hidden = !isRace;
      if (isRace) distances.update(gaps(driven));
      const { laps } = driven[0];
      this.table.replaceChildren(laps.length ? table('Laps, newest first', LAP_COLUMNS, lapRows(laps)) : h('p', { class: 'nothing' }, 'No lap yet.'));
    } catch {
      // The next lap asks again.
      if (version === this.drawn) this.table.replaceChildren(h('p', { class: 'nothing' }, 'The laps could not be read. The next lap asks again.'));
    }
  }
}
