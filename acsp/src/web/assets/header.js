// What is on, how long still, where, in what weather, and whether what is shown is true.

import { h, setAttribute, setText } from './dom.js';
import { left, model, timeOfDay, track } from './format.js';

export function mount(root, store) {
  const header = new Header(root, store);
  store.on('session', () => header.draw());
  store.on('connection', () => header.draw());
  setInterval(() => header.draw(), 250);
  header.draw();
}

class Header {
  constructor(root, store) {
    this.store = store;
    this.kind = root.querySelector('.kind');
    this.flag = h('span', { class: 'flag', 'aria-hidden': 'true' });
    this.left = h('span', { class: 'left' });
    this.where = h('bdi', { class: 'where' });
    this.weather = h('span', { class: 'weather' });
    this.name = h('bdi', { class: 'server' });
    root.querySelector('.session').append(this.flag, this.left, this.where, this.weather, this.name);
    this.link = document.getElementById('link');
    this.notice = document.getElementById('notice');
  }

  draw() {
    const { session, connection } = this.store;
    setText(this.kind, session ? session.type : 'Live timing');
    setAttribute(this.kind, 'data-type', session?.type);
    setAttribute(this.flag, 'data-phase', session?.phase ?? 'none');
    setText(this.left, session ? left(session, this.store.passed()) : '');
    setText(this.where, session ? track(session.track, session.track_config) : '');
    setText(this.weather, session ? weather(session) : '');
    setText(this.name, session?.server_name ?? '');
    const [state, words] = this.state();
    setText(this.link, words);
    setAttribute(this.link, 'data-state', state);
    document.body.classList.toggle('lost', connection === 'lost');
    document.body.classList.toggle('stale', ['silent', 'missing'].includes(this.store.server.status));
    document.body.classList.toggle('unborn', !this.store.run);
    this.drawNotice();
    const title = session ? `${session.type} ${left(session, this.store.passed())} · ${track(session.track, session.track_config)}` : 'Live timing';
    // A title that changes every second would be read out every second.
    if (Math.abs(performance.now() - (this.titled ?? -1e6)) > 10_000) {
      document.title = title;
      this.titled = session ? performance.now() : undefined;
    }
  }

  state() {
    const { connection, server, program } = this.store;
    if (connection !== 'live') return [connection, connection === 'lost' ? 'connection lost' : 'connecting'];
    if (server.status === 'live') return program.simulated ? ['simulated', 'simulated'] : ['live', 'live'];
    return [server.status, server.status === 'waiting' ? 'waiting for the server' : 'server silent'];
  }

  drawNotice() {
    const { connection, server, session, run } = this.store;
    if (connection !== 'lost') this.lostAt = null;
    let words = null;
    if (connection === 'lost') {
      this.lostAt ??= Date.now();
      words = [`The connection to acsp is lost since ${timeOfDay(this.lostAt)}.`, 'What is shown is from then. It comes back by itself.'];
    } else if (run && server.status !== 'live') {
      const since = server.since_at ? ` since ${timeOfDay(server.since_at)}` : '';
      words = [{
        waiting: 'acsp listens, and nothing has come from the server yet.',
        silent: `The server is silent${since}.`,
        missing: `Nothing listens at the server's address${since}.`,
      }[server.status] ?? `The server is ${server.status}.`, server.text ?? 'acsp doctor finds out why.'];
    } else if (run && !session) {
      words = ['No session yet.', 'The page fills as soon as the server describes one.'];
    }
    this.notice.hidden = !words;
    const text = words?.join('\n') ?? '';
    if (text === this.noticeText) return;
    this.noticeText = text;
    this.notice.replaceChildren(...(words ?? []).map((line, index) => h(index ? 'span' : 'strong', {}, line)));
  }
}

function weather({ air_temp: air, road_temp: road, grip, weather: sky }) {
  const words = [];
  // The game's names begin with their number: `3_clear`.
  if (sky) words.push(model(sky.replace(/^\d+_/, '')));
  if (air !== null) words.push(`air ${air}°`);
  if (road !== null) words.push(`road ${road}°`);
  if (grip !== null) words.push(`grip ${Math.round(grip * 100)} %`);
  return words.join('  ');
}
