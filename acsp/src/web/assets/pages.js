// Which page the address names, the telephone's tabs, and the keys of the whole page.

import { h, setAttribute } from './dom.js';

const PAGES = {
  driver: './driver-page.js',
  results: './results.js',
  records: './records.js',
};

export function mount(root, store) {
  const live = document.getElementById('live');
  let shown = null;
  let isFirst = true;

  const route = async () => {
    // `#/driver/GUID`: the part before the first slash names the page, the rest is its own.
    const [, name, rest = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(location.hash) ?? [];
    const file = Object.hasOwn(PAGES, name ?? '') ? PAGES[name] : null;
    live.hidden = Boolean(file);
    root.hidden = !file;
    document.body.dataset.page = file ? name : 'live';
    for (const link of document.querySelectorAll('nav a')) {
      setAttribute(link, 'aria-current', link.getAttribute('href') === `#/${file ? name : ''}` ? 'page' : null);
    }
    shown?.abort();
    if (!file) {
      isFirst = false;
      return;
    }
    shown = new AbortController();
    const { signal } = shown;
    root.replaceChildren(h('p', { class: 'nothing' }, 'loading …'));
    try {
      const { open } = await import(file);
      await open({ root, store, rest, signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!error.isAnswer) reportError(error);
      const words = error.isAnswer ? error.message : 'This page cannot be shown just now. Go back and try it again.';
      root.replaceChildren(h('h2', {}, 'Not to be had'), h('p', { class: 'nothing' }, words), h('p', {}, h('a', { href: '#/' }, 'To the race')));
    }
    if (signal.aborted) return;
    // A screen reader goes on where the page begins; at the first load it does so by itself.
    if (!isFirst) root.focus({ preventScroll: true });
    isFirst = false;
    scrollTo(0, 0);
  };

  addEventListener('hashchange', route);
  route();
  tabs();
  keys(store);
}

function tabs() {
  const buttons = [...document.querySelectorAll('.tabs button')];
  const show = (tab) => {
    document.body.dataset.tab = tab;
    for (const button of buttons) setAttribute(button, 'aria-current', button.dataset.tab === tab ? 'true' : null);
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      if (document.body.dataset.page !== 'live') location.hash = '#/';
      show(button.dataset.tab);
      scrollTo(0, 0);
    });
  }
  show('board');
}

function keys(store) {
  const help = document.getElementById('help');
  for (const button of document.querySelectorAll('button.help')) button.addEventListener('click', () => help.showModal());
  help.querySelector('.done').addEventListener('click', () => help.close());
  addEventListener('keydown', (event) => {
    const isTyping = event.target.closest?.('input, select, textarea');
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.key === '?') {
      help.showModal();
    } else if (event.key === 'Escape' && !help.open) {
      if (document.body.dataset.page === 'live') store.select(null);
      else location.hash = '#/';
    } else if (['ArrowDown', 'ArrowUp'].includes(event.key) && document.activeElement === document.body && document.body.dataset.page === 'live') {
      // Without a focus the arrows begin in the board.
      event.preventDefault();
      const row = document.querySelector('#board tbody tr[tabindex="0"]');
      row?.focus();
      if (row) store.select(Number(row.dataset.car));
    }
  });
}
