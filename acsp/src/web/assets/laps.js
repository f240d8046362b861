// Plots and a table of laps, for the driver's panel and page.

import { h } from './dom.js';
import { Plot } from './charts.js';
import { driverName, gap, lapTime } from './format.js';

/** In seconds. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600].map((step) => step * 1000);

export function lapPlot() {
  return new Plot({ title: 'Lap times', xLabel: 'lap', yLabel: 'min:s', format: lapTime, steps: STEPS });
}

export function gapPlot() {
  return new Plot({ title: 'Gap to the leader', xLabel: 'lap', yLabel: 's', format: lapTime, steps: STEPS, reversed: true });
}

/** The laps of these cars of the board, each with `id`, `name` and `laps`. */
export async function readLaps(store, cars) {
  const answers = await Promise.all(cars.map((car) => store.get(`cars/${car.car_id}`, `${store.key} ${car.laps_version}`)));
  return answers.map((answer) => ({ id: answer.car_id, name: driverName(answer), laps: answer.laps }));
}

/** Series of lap times. A lap through the pits is no reason to flatten the others: the axis ends above the middle ones. */
export function lapTimes(cars) {
  const series = cars.map((car, rank) => ({
    id: car.id, name: car.name, rank,
    points: car.laps.filter((lap) => lap.time > 0).map((lap) => [lap.number, lap.time, !lap.valid]),
  }));
  const times = series.flatMap((each) => each.points.map(([, time]) => time)).sort((a, b) => a - b);
  const [low, middle, highest] = [times[0], times[Math.floor(times.length / 2)], times.at(-1)];
  const high = Math.min(highest, Math.max(middle + 3 * (middle - low), middle * 1.03));
  const margin = Math.max((high - low) * 0.08, 50);
  return { series, low: low - margin, high: high + margin };
}

/** Series of gaps at the line. A car that was lapped has none on that lap. */
export function gaps(cars) {
  const series = cars.map((car, rank) => ({
    id: car.id, name: car.name, rank,
    points: car.laps.map((lap) => [lap.number, lap.position === 1 ? 0 : lap.gap?.time]).filter(([, time]) => time !== undefined),
  }));
  return { series, low: 0 };
}

const MARKS = { session_best: '◆', personal_best: '▲', invalid: '✕' };

/** Rows of a table, newest first. */
export function lapRows(laps) {
  return [...laps].reverse().map((lap) => [
    String(lap.number),
    h('span', { class: lap.valid ? lap.class : 'invalid' }, `${MARKS[lap.valid ? lap.class : 'invalid'] ?? ''} ${lapTime(lap.time)}`),
    ...[0, 1, 2].map((index) => (lap.sectors[index] ? lapTime(lap.sectors[index]) : '')),
    lap.tyre ?? '',
    lap.cuts ? String(lap.cuts) : '',
    lap.position ? `P${lap.position}` : '',
    lap.gap ? gap(lap.gap) : '',
  ]);
}

export const LAP_COLUMNS = [
  ['Lap', 'number'], ['Time', 'number'], ['S1', 'number'], ['S2', 'number'], ['S3', 'number'], ['Tyre', ''], ['Cuts', 'number'],
  ['Place', 'number'], ['Gap', 'number'],
];
