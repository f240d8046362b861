// Race control: commands to the server, for who knows the word in the program's --admin-token-file.

import { h, setText } from './dom.js';
import { driverName } from './format.js';

/** In milliseconds: how long a command that ends everybody's session waits for the second press. */
const SURE = 4_000;

export function mount(root, store) {
  let control = null;
  // In the header, and among the telephone's pages. What nobody may use is not made.
  const buttons = [root.querySelector('.pages .help'), document.querySelector('#more .help')].map((help) => {
    const button = h('button', { type: 'button', hidden: true, onclick: () => {
      control ??= new Control(store);
      control.open();
    } }, 'Control');
    help.before(button);
    return button;
  });
  const draw = () => {
    for (const button of buttons) button.hidden = !store.program.admin;
  };
  store.on('versions', draw);
  draw();
}

class Control {
  constructor(store) {
    this.store = store;
    this.token = h('input', { type: 'password', autocomplete: 'off', 'aria-label': 'Word of the token file' });
    this.said = h('p', { role: 'status', class: 'reading' });
    this.driver = h('select', { 'aria-label': 'To whom' });
    this.message = h('input', { type: 'text', maxlength: 255, 'aria-label': 'Message', placeholder: 'Message' });
    this.kicked = h('select', { 'aria-label': 'Whom to kick' });
    const button = (label, act) => h('button', { type: 'button', onclick: act }, label);
    this.root = h('dialog', { 'aria-label': 'Race control', class: 'control' },
      h('h2', {}, 'Race control'),
      row('Token', this.token, button('Check', () => this.send('check', {}, 'The token is right.'))),
      row('Chat', this.driver, this.message, button('Send', () => this.chat())),
      row('Kick', this.kicked, sure('Kick', () => this.kick())),
      row('Session',
        sure('Restart', () => this.send('restart-session', {}, 'Asked for a restart of the session.')),
        sure('Next', () => this.send('next-session', {}, 'Asked for the next session.'))),
      this.said,
      h('button', { type: 'button', class: 'done', onclick: () => this.root.close() }, 'Close'));
    document.body.append(this.root);
    this.message.addEventListener('keydown', (event) => event.key === 'Enter' && this.chat());
  }

  open() {
    const drivers = this.store.cars.filter((car) => car.connected).map((car) => h('option', { value: car.car_id }, driverName(car)));
    this.driver.replaceChildren(h('option', { value: '' }, 'everybody'), ...drivers);
    this.kicked.replaceChildren(h('option', { value: '' }, 'whom?'), ...drivers.map((option) => option.cloneNode(true)));
    setText(this.said, '');
    this.root.showModal();
  }

  async chat() {
    const { value: message } = this.message;
    if (!message) return;
    const to = this.driver.value === '' ? {} : { car_id: Number(this.driver.value) };
    if (await this.send('chat', { message, ...to }, 'Sent.')) this.message.value = '';
  }

  kick() {
    if (this.kicked.value !== '') this.send('kick', { car_id: Number(this.kicked.value) }, 'Asked for the kick.');
  }

  /** Says what came of it. The server confirms nothing, so the words promise no more than that it was asked. */
  async send(command, body, done) {
    setText(this.said, '…');
    try {
      const response = await fetch(`/api/v1/admin/${command}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.token.value}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json().catch(() => ({}));
      setText(this.said, response.ok ? done : answer.error ?? `Refused (${response.status}).`);
      return response.ok;
    } catch {
      setText(this.said, 'Not sent: acsp cannot be reached. Try again when the page is live.');
      return false;
    }
  }
}

function row(label, ...parts) {
  return h('div', { class: 'bar' }, h('span', { class: 'label' }, label), parts);
}

/** A button that acts on the second press. */
function sure(label, act) {
  let waiting = null;
  const calm = () => {
    clearTimeout(waiting);
    waiting = null;
    setText(button, label);
  };
  const button = h('button', {
    type: 'button',
    onclick: () => {
      if (waiting === null) {
        setText(button, 'Press again');
        waiting = setTimeout(calm, SURE);
      } else {
        calm();
        act();
      }
    },
  }, label);
  return button;
}
