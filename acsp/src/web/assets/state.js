// What is known of the race, and who wants to hear when a part of it changes. API.md describes what arrives.

const FEED = 60;

export class Store {
  constructor() {
    this.connection = 'connecting';
    this.run = null;
    this.program = {};
    this.server = { status: 'waiting', since_at: null, text: null };
    this.versions = {};
    this.session = null;
    this.cars = [];
    this.feed = [];
    this.selected = null;
    /** When the newest update came. */
    this.at = performance.now();
    this.rows = new Map();
    this.listeners = new Map();
    this.asked = new Map();
  }

  /** Until `signal` aborts, if one is given. */
  on(topic, listener, signal) {
    const listeners = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, listeners.add(listener));
    signal?.addEventListener('abort', () => listeners.delete(listener));
  }

  /** One listener's error is told and does not keep the others from hearing. */
  tell(topic) {
    for (const listener of this.listeners.get(topic) ?? []) {
      try {
        listener();
      } catch (error) {
        reportError(error);
      }
    }
  }

  car(id) {
    return this.rows.get(id);
  }

  carOf(guid) {
    return this.cars.find((car) => car.guid && car.guid === guid);
  }

  /** Selects a car, or nobody with `null`. */
  select(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.tell('selected');
  }

  setConnection(connection) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.tell('connection');
  }

  /** The whole state: it replaces what was known. */
  replace(state) {
    this.rows = new Map(state.rows.map((row) => [row.car_id, row]));
    this.cars = state.rows;
    this.take(state, ['program', 'server', 'versions', 'session', 'feed']);
    this.fresh = null;
    this.tellAll(state, true);
  }

  /** What has changed since the event before. */
  update(update) {
    for (const row of update.rows) this.rows.set(row.car_id, row);
    this.cars = update.order.map((moving) => Object.assign(this.rows.get(moving.car_id), moving));
    const here = new Set(this.cars.map((car) => car.car_id));
    for (const id of this.rows.keys()) if (!here.has(id)) this.rows.delete(id);
    this.feed = [...update.feed, ...this.feed].slice(0, FEED);
    this.fresh = update.feed;
    this.take(update, ['server', 'versions']);
    this.session = 'session' in update ? update.session : this.session && { ...this.session, ...update.clock };
    this.tellAll(update, false);
  }

  take(from, names) {
    for (const name of names) if (name in from) this[name] = from[name];
  }

  tellAll({ run }, isWhole) {
    this.run = run;
    this.at = performance.now();
    if (this.selected !== null && !this.rows.has(this.selected)) this.select(null);
    const key = this.session?.key ?? null;
    if (key !== this.key) {
      this.key = key;
      this.tell('key');
    }
    this.tell('session');
    this.tell('cars');
    if (isWhole || this.fresh.length) this.tell('feed');
    const versions = JSON.stringify([run, this.versions]);
    if (versions !== this.knownVersions) {
      this.knownVersions = versions;
      this.tell('versions');
    }
  }

  /** How long ago, in the session's own time, the newest update was. */
  passed() {
    const isRunning = this.connection === 'live' && this.server.status === 'live';
    return isRunning ? (performance.now() - this.at) * (this.session?.speed ?? 1) : 0;
  }

  /** Fetches a path of the API. Asked again with the same `version`, it gives what came the first time. */
  get(path, version) {
    const known = this.asked.get(path);
    if (known && version !== undefined && known.version === version) return known.answer;
    const answer = fetchJson(path);
    this.asked.set(path, { version, answer });
    answer.catch(() => this.asked.delete(path));
    return answer;
  }
}

async function fetchJson(path) {
  const response = await fetch(`/api/v1/${path}`, { headers: { Accept: 'application/json' } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.error ?? `the program answered ${response.status}`), { isAnswer: true });
  return answer;
}
