// The best lap of each track, layout and car: `#/records`.

import { h, table } from './dom.js';
import { lapTime, model, moment, track } from './format.js';
import { driverLink, whenever } from './results.js';

const COLUMNS = [['Car', ''], ['Time', 'number'], ['Driver', ''], ['When', '']];

export async function open({ root, store, signal }) {
  const filters = { place: '', car: '' };
  let records = [];
  const out = h('div');
  const choose = (name, label) => h('select', {
    'aria-label': label,
    onchange: (event) => {
      filters[name] = event.target.value;
      draw();
    },
  });
  const places = choose('place', 'Track and layout');
  const cars = choose('car', 'Car');

  const draw = () => {
    const kept = records.filter((record) =>
      (!filters.place || placeOf(record) === filters.place) && (!filters.car || record.car === filters.car));
    const byPlace = new Map();
    for (const record of kept) byPlace.set(placeOf(record), [...(byPlace.get(placeOf(record)) ?? []), record]);
    const tables = [...byPlace.values()].map((here) => {
      const place = track(here[0].track, here[0].track_config);
      here.sort((a, b) => a.time - b.time);
      return h('section', {}, h('h3', { class: 'where' }, place), table(`Records on ${place}`, COLUMNS, here.map((record) => [
        model(record.car), lapTime(record.time), driverLink(record), moment(record.at),
      ])));
    });
    out.replaceChildren(...(tables.length ? tables : [nothing(store)]));
  };
  const read = async () => {
    ({ records } = await store.get('records'));
    if (signal.aborted) return;
    fill(places, 'All tracks', records.map((record) => [placeOf(record), track(record.track, record.track_config)]));
    fill(cars, 'All cars', records.map((record) => [record.car, model(record.car)]));
    draw();
  };
  await read();
  if (signal.aborted) return;
  root.replaceChildren(h('h2', {}, 'Records'), h('div', { class: 'bar' }, places, cars), out);
  whenever(store, 'records', signal, read);
}

function nothing(store) {
  return h('p', { class: 'nothing' }, store.program.store === false
    ? 'acsp runs with --no-db, so it keeps no records. Start it without that option.'
    : 'No record yet. The first valid lap of a track and car is one.');
}

function placeOf({ track: name, track_config: layout }) {
  return `${name}/${layout}`;
}

/** Fills a choice and leaves it as it was set. */
function fill(select, all, options) {
  const chosen = select.value;
  const unique = [...new Map(options)].sort(([, a], [, b]) => a.localeCompare(b));
  select.replaceChildren(h('option', { value: '' }, all), ...unique.map(([value, name]) => h('option', { value }, name)));
  if (unique.some(([value]) => value === chosen)) select.value = chosen;
}
