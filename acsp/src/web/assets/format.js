// How values are written. Times are in milliseconds.

export const NOTHING = '–';

/** `1:34.567`, `34.567` */
export function lapTime(time) {
  if (!Number.isFinite(time)) return NOTHING;
  const minutes = Math.floor(time / 60000);
  const seconds = (time % 60000) / 1000;
  return minutes ? `${minutes}:${seconds.toFixed(3).padStart(6, '0')}` : seconds.toFixed(3);
}

/** `+0.123`, `−0.045` */
export function delta(time) {
  if (!Number.isFinite(time)) return '';
  return (time < 0 ? '−' : '+') + lapTime(Math.abs(time));
}

/** A gap of the API: `{time}` or `{laps}`. */
export function gap(value) {
  if (!value) return NOTHING;
  if (value.laps !== undefined) return value.laps === 1 ? '+1 lap' : `+${value.laps} laps`;
  return `+${lapTime(value.time)}`;
}

/** `12:34`, `1:02:34` */
export function clock(time) {
  const all = Math.max(0, Math.floor(time / 1000));
  const two = (number) => String(number).padStart(2, '0');
  const hours = Math.floor(all / 3600);
  const rest = `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return hours ? `${hours}:${rest}` : rest.replace(/^0/, '');
}

/** Date and time in the zone and language of the reader. */
export function moment(at) {
  if (!Number.isFinite(at)) return NOTHING;
  return new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

/** The time of day. */
export function timeOfDay(at) {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** `ks_mazda_mx5_cup` is easier to read as `mazda mx5 cup`. */
export function model(name) {
  return (name ?? '').replace(/^(ks|rss|vrc|urd|acf)_/, '').replaceAll('_', ' ');
}

/** `ks_nurburgring`, `layout_gp_a` → `nurburgring · layout gp a` */
export function track(name, layout) {
  const place = model(name);
  return layout ? `${place} · ${model(layout)}` : place;
}

/** Of whatever has a driver and a car_id. */
export function driverName({ driver, car_id: carId }) {
  return driver || `car ${carId}`;
}

/** `lap 8/12`, `12:34 left`, `starts in 0:30`, `finished` */
export function left(session, passed = 0) {
  if (session.phase === 'finished') return 'finished';
  if (session.phase === 'waiting') {
    return session.starts_in === null ? 'waiting' : `starts in ${clock(session.starts_in - passed)}`;
  }
  if (session.laps_total) return `lap ${Math.min(session.lap ?? 1, session.laps_total)}/${session.laps_total}`;
  if (session.time_left !== null) return `${clock(session.time_left - passed)} left`;
  return session.elapsed === null ? 'running' : clock(session.elapsed + passed);
}
