// The track map: true to scale, in pixels of its frame. Between two reports a car's dot moves along a straight line.
// The road is the game's own picture, where there is one, else the outline.

import { h, svg, setAttribute, setText, reducedMotion } from './dom.js';
import { delta, driverName, NOTHING } from './format.js';

const MARGIN = 20;
/** Between points whose places on the lap are further apart, the track is not known. */
const LARGEST_GAP = 0.05;
/** In metres: who is further away has been put back, and the dot does not drive there. */
const FURTHEST = 250;
/** In metres: a frame is never smaller. */
const SMALLEST = 100;

export function mount(root, store) {
  const map = new TrackMap(root, store);
  store.on('cars', () => map.moveCars());
  store.on('selected', () => map.nameCars());
  store.on('versions', () => map.fetchOutline());
}

class TrackMap {
  constructor(root, store) {
    this.store = store;
    this.dots = new Map();
    this.bounds = null;
    this.outline = { track: null, pieces: [], start: null };
    this.road = svg('path', { class: 'road' });
    this.start = svg('path', { class: 'start' });
    this.picture = svg('svg', { class: 'track', role: 'img', 'aria-label': 'Where the cars are on the track' },
      this.road, this.start);
    // The dots are no part of the picture, so that it is not drawn again when they move.
    this.group = h('div', { class: 'dots', 'aria-hidden': 'true' });
    this.empty = h('p', { class: 'nothing' }, 'The track appears as the cars drive on it.');
    this.caption = h('p', { class: 'caption' });
    /** The game's own picture, if it is shown: see `placed`. */
    this.ground = null;
    this.frame = h('div', { class: 'track-frame' }, this.picture, this.group, this.empty);
    root.append(this.frame, this.caption);
    new ResizeObserver(() => this.fit()).observe(this.frame);
    this.isMoving = false;
    this.moveCars();
    this.fetchOutline();
  }

  async fetchOutline() {
    const version = `${this.store.run} ${this.store.versions.map}`;
    if (!this.store.versions.map || version === this.version) return;
    this.version = version;
    try {
      this.take(await this.store.get('map', version));
    } catch {
      this.version = null;
    }
  }

  take(map) {
    const track = `${map.track}/${map.track_config}`;
    // Another track, another frame. On the same one the frame only grows, so that nothing jumps while it is learned.
    if (track !== this.outline.track) this.bounds = null;
    const { points } = map;
    const pieces = [];
    points.forEach(([x, z, place], index) => {
      if (index === 0 || place - points[index - 1][2] > LARGEST_GAP) pieces.push([]);
      pieces.at(-1).push([x, z]);
    });
    if (map.closed && pieces.length === 1) pieces[0].push(pieces[0][0]);
    const start = points.length > 1 && points[0][2] < LARGEST_GAP ? [points[0], points[1]] : null;
    this.outline = { track, pieces, start };
    this.include(pieces.flat());
    this.takeImage(track, map.image);
    this.fit();
  }

  /** Until the picture is here, and if it never comes, the outline is shown. */
  async takeImage(track, image) {
    const key = image && JSON.stringify([this.store.run, track, image]);
    if (key === this.imageKey) return;
    this.imageKey = key;
    this.layGround(null);
    if (!image) return;
    // Each track has the same address.
    const node = h('img', { class: 'ground', alt: '', src: `${image.url}?track=${encodeURIComponent(track)}` });
    try {
      await node.decode();
    } catch {
      return;
    }
    // Another track may be driven by now.
    if (key === this.imageKey) this.layGround({ node, ...placed(image, node) });
  }

  layGround(ground) {
    this.ground?.node.remove();
    this.ground = ground;
    this.frame.classList.toggle('has-ground', Boolean(ground));
    if (!ground) return;
    this.frame.prepend(ground.node);
    const { left, top, right, bottom } = ground;
    this.include([[left, top], [right, bottom]]);
    this.fit();
  }

  include(points) {
    const before = this.bounds?.join();
    for (const [x, z] of points) {
      const was = this.bounds ?? [x, z, x, z];
      this.bounds = [Math.min(was[0], x), Math.min(was[1], z), Math.max(was[2], x), Math.max(was[3], z)];
    }
    return this.bounds?.join() !== before;
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.frame;
    this.empty.hidden = Boolean(this.bounds);
    if (!this.bounds || !width || !height) return;
    const [left, top, right, bottom] = this.bounds;
    this.scale = Math.min((width - 2 * MARGIN) / Math.max(right - left, SMALLEST),
      (height - 2 * MARGIN) / Math.max(bottom - top, SMALLEST));
    this.offset = [(width - (left + right) * this.scale) / 2, (height - (top + bottom) * this.scale) / 2];
    this.picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const { pieces, start } = this.outline;
    const path = (points) => points.map((point, index) =>
      `${index ? 'L' : 'M'}${this.toPixels(point).map((each) => each.toFixed(1)).join(' ')}`).join('');
    this.road.setAttribute('d', pieces.map(path).join(''));
    this.start.setAttribute('d', start ? path(across(start, 9 / this.scale)) : '');
    if (this.ground) {
      const [x, y] = this.toPixels([this.ground.left, this.ground.top]);
      const { width, height, metres } = this.ground;
      const scale = metres * this.scale;
      Object.assign(this.ground.node.style, { left: `${x}px`, top: `${y}px`, width: `${width * scale}px`, height: `${height * scale}px` });
    }
    this.draw(performance.now());
  }

  toPixels([x, z]) {
    return [x * this.scale + this.offset[0], z * this.scale + this.offset[1]];
  }

  moveCars() {
    const now = performance.now();
    const seen = this.store.cars.filter((car) => car.connected && car.x !== null && car.z !== null);
    let isNew = false;
    for (const { car_id: id, x, z } of seen) {
      const dot = this.dots.get(id);
      if (!dot) {
        this.addDot(id, [x, z], now);
        isNew = true;
      } else if (dot.to[0] !== x || dot.to[1] !== z) {
        const at = between(dot, now);
        const jumps = reducedMotion.matches || Math.hypot(x - at[0], z - at[1]) > FURTHEST;
        // A little longer than the reports are apart, so that the dot does not stop before the next one.
        const lasts = Math.min(Math.max((now - dot.since) * 1.1, 50), 1200);
        Object.assign(dot, { from: jumps ? [x, z] : at, to: [x, z], since: now, lasts });
      }
    }
    const here = new Set(seen.map((car) => car.car_id));
    for (const [id, dot] of this.dots) {
      if (here.has(id)) continue;
      dot.node.remove();
      this.dots.delete(id);
    }
    const order = this.store.cars.map((car) => car.car_id).join();
    if (isNew || order !== this.order) this.nameCars();
    else this.drawCaption();
    this.order = order;
    if (this.include(seen.map(({ x, z }) => [x, z]))) this.fit();
    this.move();
  }

  addDot(id, at, now) {
    const node = h('div', { class: 'dot', 'data-car': id, onclick: () => this.store.select(id) });
    this.dots.set(id, { node, from: at, to: at, since: now, lasts: 100 });
    this.group.append(node);
  }

  /** Numbers, names, and which dot lies on which: who is selected on the leader, the leader on the others. */
  nameCars() {
    const order = [...this.store.cars].reverse();
    const selected = order.findIndex((car) => car.car_id === this.store.selected);
    if (selected >= 0) order.push(...order.splice(selected, 1));
    order.forEach((car, depth) => {
      const dot = this.dots.get(car.car_id);
      if (!dot) return;
      setText(dot.node, String(car.position ?? ''));
      setAttribute(dot.node, 'title', driverName(car));
      dot.node.classList.toggle('leader', car.position === 1);
      dot.node.classList.toggle('selected', car.car_id === this.store.selected);
      dot.node.style.zIndex = depth;
    });
    this.drawCaption();
  }

  drawCaption() {
    const car = this.store.car(this.store.selected);
    this.caption.classList.toggle('none', !car);
    if (!car) {
      setText(this.caption, 'Select a driver in the board or here: the dot stands out.');
      return;
    }
    const words = [`P${car.position ?? NOTHING}`, driverName(car)];
    if (car.speed_kmh !== null) words.push(`${Math.round(car.speed_kmh)} km/h`);
    if (car.delta_best !== null) words.push(`${delta(car.delta_best)} to own best`);
    setText(this.caption, words.join(' · '));
  }

  move() {
    if (this.isMoving) return;
    this.isMoving = true;
    requestAnimationFrame((now) => {
      this.isMoving = false;
      this.draw(now);
    });
  }

  draw(now) {
    if (!this.scale) return;
    let isUnderWay = false;
    for (const dot of this.dots.values()) {
      const [x, y] = this.toPixels(between(dot, now));
      dot.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      isUnderWay ||= now < dot.since + dot.lasts;
    }
    if (isUnderWay) this.move();
  }
}

function between({ from, to, since, lasts }, now) {
  const part = Math.min(Math.max((now - since) / lasts, 0), 1);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

/** Where the game's picture lies in the world. Its size is its own: what the file beside it says can be another one. */
function placed({ scale_factor: metres, x_offset: x, z_offset: z }, { naturalWidth: width, naturalHeight: height }) {
  return { width, height, metres, left: -x, top: -z, right: width * metres - x, bottom: height * metres - z };
}

/** A short line across the road, where a lap begins. */
function across([[x1, z1], [x2, z2]], half) {
  const length = Math.hypot(x2 - x1, z2 - z1) || 1;
  const [dx, dz] = [((z1 - z2) / length) * half, ((x2 - x1) / length) * half];
  return [[x1 - dx, z1 - dz], [x1 + dx, z1 + dz]];
}
