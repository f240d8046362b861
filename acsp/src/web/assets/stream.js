// The stream of updates. A browser comes back by itself, and with the id of the newest event it goes on where it was.

/** Something comes every second. After this long the page says that nothing does. */
const LATE = 5_000;
/** After this long the connection is dead, whatever it says. */
const DEAD = 20_000;
const SHORTEST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

export function listen(store) {
  let source = null;
  let wait = SHORTEST_WAIT;
  let heard = performance.now();
  let waiting = null;

  const open = () => {
    clearTimeout(waiting);
    waiting = null;
    heard = performance.now();
    source = new EventSource('/api/v1/events');
    source.addEventListener('state', (event) => take(event, (data) => store.replace(data)));
    source.addEventListener('update', (event) => take(event, (data) => store.update(data)));
    source.addEventListener('error', () => {
      store.setConnection('lost');
      // The browser tries again by itself, and with Last-Event-ID, unless it was refused.
      if (source.readyState === EventSource.CLOSED) openLater();
    });
  };

  const openLater = () => {
    source.close();
    if (waiting !== null) return;
    waiting = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };

  const take = (event, apply) => {
    heard = performance.now();
    wait = SHORTEST_WAIT;
    try {
      apply(JSON.parse(event.data));
    } catch (error) {
      // With an update that cannot be applied nothing after it can: the whole state is asked for.
      reportError(error);
      openLater();
      return;
    }
    store.setConnection('live');
  };

  setInterval(() => {
    const silent = performance.now() - heard;
    if (silent > LATE) store.setConnection('lost');
    if (silent > DEAD && waiting === null && !document.hidden) openLater();
  }, 1_000);
  // A telephone that was in a pocket asks at once.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || performance.now() - heard < LATE) return;
    source.close();
    open();
  });
  window.addEventListener('pagehide', () => source.close());
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) open();
  });
  open();
}
