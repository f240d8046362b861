// Starts the parts of the page. Each is loaded and mounted by itself: one that fails says so in its own place.

import { h } from './dom.js';
import { Store } from './state.js';
import { listen } from './stream.js';

const store = new Store();
const parameters = new URLSearchParams(location.search);

async function start(file, root) {
  try {
    const part = await import(file);
    part.mount(root, store);
  } catch (error) {
    reportError(error);
    root.append(h('p', { class: 'nothing' }, 'This part of the page has failed. The others go on; load the page again to retry.'));
  }
}

if (parameters.get('overlay') === 'tower') {
  start('./overlay.js', document.body);
} else {
  const part = (id) => document.getElementById(id);
  start('./header.js', part('header'));
  start('./board.js', part('board'));
  start('./map.js', part('map'));
  start('./feed.js', part('feed'));
  start('./driver.js', part('driver'));
  start('./race.js', part('race'));
  start('./pages.js', part('page'));
  start('./control.js', part('header'));
}
listen(store);
