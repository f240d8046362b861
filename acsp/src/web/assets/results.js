// Finished sessions, and one of them: `#/results`, `#/results/ID`.

import { h, table } from './dom.js';
import { driverName, gap, lapTime, model, moment, NOTHING, track } from './format.js';
import { LAP_COLUMNS, lapRows } from './laps.js';

export async function open({ root, store, rest, signal }) {
  if (rest) return one(root, store, rest, signal);
  const draw = async () => {
    const { results } = await store.get('results');
    if (!signal.aborted) root.replaceChildren(h('h2', {}, 'Results'), list(results));
  };
  await draw();
  whenever(store, 'results', signal, draw);
}

/** Calls `draw` when the version with this name has changed. */
export function whenever(store, name, signal, draw) {
  let version = store.versions[name];
  store.on('versions', () => {
    if (store.versions[name] === version) return;
    version = store.versions[name];
    draw().catch(() => { version = null; });
  }, signal);
}

function list(results) {
  if (!results.length) return h('p', { class: 'nothing' }, 'No session has been finished yet. Each one that ends is kept here.');
  const columns = [['Ended', ''], ['Session', ''], ['Track', ''], ['Winner', ''], ['Best lap', 'number'], ['Drivers', 'number'], ['Laps', 'number']];
  return table('Finished sessions, newest first', columns, results.map((result) => [
    h('a', { href: `#/results/${encodeURIComponent(result.id)}` }, moment(result.ended_at)),
    result.type,
    track(result.track, result.track_config),
    result.winner ? driverLink(result.winner) : NOTHING,
    result.best_lap ? `${lapTime(result.best_lap.time)} ${driverName(result.best_lap)}` : NOTHING,
    String(result.drivers),
    String(result.laps),
  ]));
}

async function one(root, store, rest, signal) {
  const id = decodeURIComponent(rest);
  const result = await store.get(`results/${encodeURIComponent(id)}`);
  if (signal.aborted) return;
  const isRace = result.type === 'race';
  const columns = [['P', 'number'], ['Driver', ''], ['Car', ''], ['Laps', 'number'], [isRace ? 'Total' : 'Best', 'number'], ['Gap', 'number'],
    [isRace ? 'Best' : 'Driven', 'number'], ['Contacts', 'number']];
  const rows = result.entries.map((entry) => [
    entry.position === null ? NOTHING : String(entry.position),
    driverLink(entry),
    model(entry.car),
    String(entry.laps),
    lapTime(isRace ? entry.total_time : entry.best_lap),
    entry.gap ? gap(entry.gap) : '',
    isRace ? best(entry.best_lap, result) : String(entry.laps_driven),
    entry.collisions ? String(entry.collisions) : '',
  ]);
  root.replaceChildren(
    h('p', {}, h('a', { href: '#/results' }, '‹ Results')),
    h('h2', {}, `${result.type} · ${track(result.track, result.track_config)}`),
    h('p', { class: 'lead' }, `${moment(result.ended_at)} · ${result.drivers} drivers · ${result.laps} laps · `, h('bdi', {}, result.server_name)),
    h('p', {}, h('a', { class: 'button', href: `/api/v1/results/${encodeURIComponent(result.id)}/acserver.json`, download: true }, 'Save as acServer\'s JSON')),
    table('Result', columns, rows),
    ...result.entries.filter((entry) => entry.all_laps.length).map((entry) => {
      const details = h('details', { ontoggle: () => {
        // Only what is opened is built: a long race has thousands of laps.
        if (details.open && !details.querySelector('table')) {
          details.append(table(`Laps of ${driverName(entry)}`, LAP_COLUMNS.slice(0, 7), lapRows(entry.all_laps).map((row) => row.slice(0, 7))));
        }
      } }, h('summary', {}, 'Laps of ', h('bdi', {}, driverName(entry))));
      return details;
    }),
  );
}

function best(time, result) {
  const isFastest = time !== null && time === result.best_lap?.time;
  return h('span', { class: isFastest ? 'session_best' : '' }, `${isFastest ? '◆ ' : ''}${lapTime(time)}`);
}

export function driverLink(entry) {
  const name = h('bdi', {}, driverName(entry));
  return entry.guid ? h('a', { href: `#/driver/${encodeURIComponent(entry.guid)}` }, name) : name;
}
