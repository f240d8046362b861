// A driver's page, and up to four beside each other: `#/driver/GUID`, `#/driver/GUID,GUID`.

import { h, table } from './dom.js';
import { driverName, lapTime, model, moment, NOTHING, track } from './format.js';
import { gapPlot, gaps, lapPlot, lapTimes, readLaps } from './laps.js';
import { whenever } from './results.js';

const MOST = 4;

export async function open({ root, store, rest, signal }) {
  const guids = [...new Set(rest.split(',').map(decodeURIComponent).filter(Boolean))].slice(0, MOST);
  await known(store);
  const running = new Running(store, guids);
  const draw = async () => {
    const [stored, names] = await Promise.all([
      guids.length === 1 ? history(store, guids[0]) : comparison(store, guids),
      Promise.all(guids.map((guid) => nameOf(store, guid))),
      running.draw(),
    ]);
    if (signal.aborted) return;
    const many = guids.length > 1;
    root.replaceChildren(
      h('p', {}, h('a', { href: '#/' }, '‹ Race')),
      h('h2', {}, names.flatMap((name, index) => [index ? ' · ' : '', h('bdi', { class: many ? `rank-${index}` : '' }, name)])),
      tools(store, guids, names),
      running.root,
      stored,
    );
  };
  await draw();
  store.on('cars', () => running.draw(), signal);
  whenever(store, 'records', signal, draw);
  whenever(store, 'results', signal, draw);
}

/** The stream tells first whether laps are kept, and who is on the track. */
function known(store) {
  return new Promise((resolve) => {
    if (store.run) resolve();
    else store.on('versions', resolve);
  });
}

/** Of who is on the track; else the GUID. */
function nameNow(store, guid) {
  const car = store.carOf(guid);
  return car ? driverName(car) : guid;
}

async function nameOf(store, guid) {
  if (store.carOf(guid) || !store.program.store) return nameNow(store, guid);
  try {
    const { driver } = await store.get(`drivers/${encodeURIComponent(guid)}`);
    return driver || guid;
  } catch (error) {
    // Nobody of this GUID is known, or nothing is stored.
    if (error.isAnswer) return guid;
    throw error;
  }
}

function tools(store, guids, names) {
  const link = (list) => `#/driver/${list.map(encodeURIComponent).join(',')}`;
  const free = store.cars.filter((car) => car.guid && !guids.includes(car.guid));
  const choice = h('select', {
    'aria-label': 'Compare with',
    onchange: (event) => { location.hash = link([...guids, event.target.value]); },
  }, h('option', { value: '' }, 'Compare with …'), free.map((car) => h('option', { value: car.guid }, driverName(car))));
  choice.disabled = guids.length >= MOST || !free.length;
  const chips = guids.length > 1 ? guids.map((guid, index) => h('a', {
    class: `chip rank-${index}`, title: 'Leave out', href: link(guids.filter((each) => each !== guid)),
  }, h('bdi', {}, names[index]), ' ✕')) : [];
  // Only a page that came over HTTPS or from this machine may write to the clipboard.
  const copy = navigator.clipboard ? h('button', {
    type: 'button',
    onclick: async () => {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = 'Copied';
    },
  }, 'Copy link') : null;
  return h('div', { class: 'bar' }, choice, chips, copy);
}

/** What they drive in the running session. It goes on while the page is looked at. */
class Running {
  constructor(store, guids) {
    Object.assign(this, { store, guids, times: lapPlot(), distances: gapPlot() });
    this.root = h('section', { hidden: true }, h('h3', {}, 'On the track now'),
      h('div', { class: 'plots' }, this.times.root, this.distances.root));
  }

  async draw() {
    const cars = this.guids.map((guid) => this.store.carOf(guid)).filter((car) => car?.laps_driven);
    const version = JSON.stringify([this.store.key, ...cars.map((car) => [car.car_id, car.laps_version])]);
    if (version === this.drawn) return;
    this.drawn = version;
    this.root.hidden = !cars.length;
    if (!cars.length) return;
    try {
      const driven = await readLaps(this.store, cars);
      if (version !== this.drawn) return;
      this.times.update(lapTimes(driven));
      const isRace = this.store.session?.type === 'race';
      this.distances.root.hidden = !isRace;
      if (isRace) this.distances.update(gaps(driven));
    } catch {
      // The next update asks again.
      this.drawn = null;
    }
  }
}

function withoutStore() {
  return h('p', { class: 'nothing' }, 'acsp runs with --no-db, so it knows no more of a driver than the running session.');
}

async function comparison(store, guids) {
  if (!store.program.store) return withoutStore();
  const query = guids.map((guid) => `guid=${encodeURIComponent(guid)}`).join('&');
  const { drivers, unknown, rows } = await store.get(`drivers/compare?${query}`);
  const missing = unknown.map((guid) => h('p', { class: 'nothing' }, 'No lap is stored of ', h('bdi', {}, nameNow(store, guid)), '.'));
  if (!rows.length) {
    const none = drivers.length ? h('p', { class: 'nothing' }, `No valid lap is stored of ${unknown.length ? 'the others' : 'them'}.`) : null;
    return h('section', {}, missing, none);
  }
  const columns = [['Track', ''], ['Car', ''], ...drivers.map((driver) => [driver.driver || driver.guid, 'number'])];
  const cells = rows.map((row) => {
    const fastest = Math.min(...row.bests.filter(Boolean).map((best) => best.time));
    return [track(row.track, row.track_config), model(row.car), ...row.bests.map((best) => {
      if (!best) return NOTHING;
      return best.time === fastest ? h('strong', {}, lapTime(best.time)) : `${lapTime(best.time)} (+${lapTime(best.time - fastest)})`;
    })];
  });
  return h('section', {}, missing, h('h3', {}, 'Best laps'), table('Best laps side by side', columns, cells));
}

async function history(store, guid) {
  if (!store.program.store) return withoutStore();
  let driver;
  try {
    driver = await store.get(`drivers/${encodeURIComponent(guid)}`);
  } catch (error) {
    // Who has just come has no laps in the store.
    if (error.isAnswer && store.carOf(guid)) return h('p', { class: 'nothing' }, 'No lap is stored yet.');
    throw error;
  }
  const bests = table('Best laps', [['Track', ''], ['Car', ''], ['Time', 'number'], ['Record', ''], ['When', '']], driver.bests.map((best) => [
    track(best.track, best.track_config), model(best.car), lapTime(best.time),
    best.record ? h('span', { class: 'session_best' }, '◆ record') : '', moment(best.at),
  ]));
  const sessions = table('Sessions, newest first',
    [['When', ''], ['Session', ''], ['Track', ''], ['Car', ''], ['P', 'number'], ['Laps', 'number'], ['Best', 'number']],
    driver.sessions.map((session) => [
      h('a', { href: `#/results/${encodeURIComponent(session.id)}` }, moment(session.started_at)), session.type,
      track(session.track, session.track_config), model(session.car), session.position === null ? NOTHING : String(session.position),
      String(session.laps), lapTime(session.best_lap),
    ]));
  const laps = table('Laps, newest first',
    [['When', ''], ['Track', ''], ['Car', ''], ['Lap', 'number'], ['Time', 'number'], ['S1', 'number'], ['S2', 'number'], ['S3', 'number']],
    driver.recent_laps.map((lap) => [
      moment(lap.at), track(lap.track, lap.track_config), model(lap.car), String(lap.number),
      h('span', { class: lap.valid ? '' : 'invalid' }, `${lap.valid ? '' : '✕ '}${lapTime(lap.time)}`),
      ...[0, 1, 2].map((index) => (lap.sectors[index] ? lapTime(lap.sectors[index]) : '')),
    ]));
  return h('div', { class: 'history' },
    h('p', { class: 'lead' }, `${driver.laps} laps, ${driver.valid_laps} of them valid · first seen ${moment(driver.first_seen_at)}`),
    h('section', {}, h('h3', {}, 'Best laps'), bests),
    h('section', {}, h('h3', {}, 'Sessions'), sessions),
    h('section', {}, h('h3', {}, 'Newest laps'), laps));
}
