// Plots of lines over laps: an SVG that can be pointed at and read with the arrow keys, and the same values as a table.

import { h, svg, setText, table } from './dom.js';

const MARGIN = { top: 14, right: 92, bottom: 34, left: 60 };
const HEIGHT = 250;

/** Round steps, at most `most` of them. */
function ticks(low, high, most, steps) {
  const span = high - low || 1;
  const decade = 10 ** Math.floor(Math.log10(span / most));
  const step = (steps ?? [1, 2, 5, 10].map((factor) => factor * decade)).find((each) => span / each <= most)
    ?? span / most;
  const all = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) all.push(tick);
  return all;
}

/**
 * A plot. `update` takes `{ series, low, high }`: each series has `id`, `name`, `points` as `[x, y, isInvalid]`, and
 * `rank`: 0 to 3 for those that stand out, in the colours of the comparison; without it a series is faint. What is
 * beyond `high` is drawn at the edge.
 */
export class Plot {
  constructor({ title, xLabel, yLabel, format, steps, reversed = false, height = HEIGHT }) {
    Object.assign(this, { title, xLabel, yLabel, format, steps, reversed, height, series: [], cursor: null });
    this.picture = svg('svg', { role: 'img', 'aria-label': title, height, class: 'plot' });
    this.reading = h('p', { class: 'reading', 'aria-live': 'polite' });
    this.frame = h('div', { class: 'plot-frame', tabindex: 0, role: 'group', 'aria-label': `${title}. Arrow keys read it lap by lap.` },
      this.picture);
    this.rows = h('div');
    this.details = h('details', { class: 'as-table', ontoggle: () => this.drawTable() },
      h('summary', {}, 'As a table'), this.rows);
    this.root = h('figure', {}, h('figcaption', {}, title), this.frame, this.reading, this.details);
    this.frame.addEventListener('pointermove', (event) => this.point(event));
    this.frame.addEventListener('pointerleave', () => this.read(null));
    this.frame.addEventListener('keydown', (event) => this.key(event));
    this.frame.addEventListener('blur', () => this.read(null));
    this.width = 0;
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width && width !== this.width) {
        this.width = width;
        this.draw();
      }
    }).observe(this.frame);
  }

  update({ series, low, high }) {
    this.series = series;
    const points = series.flatMap((each) => each.points);
    const values = points.map(([, y]) => y);
    this.xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
    this.low = low ?? Math.min(...values);
    this.high = Math.max(high ?? Math.max(...values), this.low + 1);
    this.draw();
    this.drawTable();
  }

  place([x, y]) {
    const { low, high } = this;
    const first = this.xs[0];
    const across = (x - first) / Math.max(1, this.xs.at(-1) - first);
    let up = (Math.min(Math.max(y, low), high) - low) / (high - low);
    if (this.reversed) up = 1 - up;
    return [
      MARGIN.left + across * (this.width - MARGIN.left - MARGIN.right),
      this.height - MARGIN.bottom - up * (this.height - MARGIN.top - MARGIN.bottom),
    ];
  }

  draw() {
    if (!this.width) return;
    this.picture.setAttribute('viewBox', `0 0 ${this.width} ${this.height}`);
    if (!this.xs?.length) {
      this.picture.replaceChildren(svg('text', { x: this.width / 2, y: this.height / 2, class: 'none' }, 'No laps yet'));
      return;
    }
    this.marks = svg('g', { class: 'marks' });
    this.picture.replaceChildren(this.axes(), ...this.lines(), this.marks);
    this.read(this.cursor);
  }

  axes() {
    const right = this.width - MARGIN.right;
    const bottom = this.height - MARGIN.bottom;
    const group = svg('g', { class: 'axes' });
    const across = ticks(this.low, this.high, Math.floor(this.height / 45), this.steps);
    // Places begin with the first.
    if (this.reversed && this.low > 0 && !across.includes(this.low)) across.unshift(this.low);
    for (const tick of across) {
      const [, y] = this.place([this.xs[0], tick]);
      group.append(
        svg('line', { x1: MARGIN.left, x2: right, y1: y, y2: y }),
        svg('text', { x: MARGIN.left - 8, y: y + 4, class: 'y' }, this.format(tick)),
      );
    }
    const whole = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    for (const tick of ticks(this.xs[0], this.xs.at(-1), Math.max(2, Math.floor(this.width / 70)), whole)) {
      const [x] = this.place([tick, this.low]);
      group.append(svg('text', { x, y: bottom + 16, class: 'x' }, String(tick)));
    }
    group.append(
      svg('text', { x: (MARGIN.left + right) / 2, y: this.height - 3, class: 'x' }, this.xLabel),
      svg('text', { x: 2, y: 10, class: 'unit' }, this.yLabel),
    );
    return group;
  }

  lines() {
    const byRank = [...this.series].sort((a, b) => (b.rank ?? 9) - (a.rank ?? 9));
    const taken = [];
    return byRank.filter((each) => each.points.length).map((each) => {
      const places = each.points.map((point) => this.place(point));
      const stands = each.rank !== undefined;
      const path = places.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
      const group = svg('g', { class: stands ? `series rank-${each.rank}` : 'series' }, svg('path', { d: path }));
      if (stands) {
        each.points.forEach(([, , isInvalid], index) => {
          const [x, y] = places[index];
          group.append(isInvalid
            ? svg('path', { class: 'invalid', d: `M${x - 4} ${y - 4}l8 8m0-8l-8 8` })
            : svg('circle', { cx: x, cy: y, r: 3 }));
        });
      }
      const [x, y] = places.at(-1);
      // Names that would lie on each other: the first one stays, the faint ones go.
      if (stands || !taken.some((other) => Math.abs(other - y) < 11)) {
        taken.push(y);
        group.append(svg('text', { x: x + 8, y: y + 4, class: 'name' }, shortened(each.name)));
      }
      return group;
    });
  }

  point(event) {
    if (!this.xs?.length) return;
    const box = this.picture.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const lap = this.xs.reduce((a, b) => (Math.abs(this.place([a, 0])[0] - x) <= Math.abs(this.place([b, 0])[0] - x) ? a : b));
    this.read(lap, y);
  }

  key(event) {
    if (!this.xs?.length || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.cursor === null ? this.xs.length : this.xs.indexOf(this.cursor);
    const next = at + (event.key === 'ArrowLeft' ? -1 : 1);
    this.read(this.xs[Math.min(Math.max(next, 0), this.xs.length - 1)]);
  }

  /** Tells the values of a lap: of those that stand out, else of the one nearest to the pointer. */
  read(lap, pointerY) {
    this.cursor = this.xs?.includes(lap) ? lap : null;
    if (!this.marks) return;
    this.marks.replaceChildren();
    if (this.cursor === null) {
      setText(this.reading, '');
      return;
    }
    const at = this.series
      .map((each) => ({ each, point: each.points.find(([x]) => x === lap) }))
      .filter(({ point }) => point);
    let told = at.filter(({ each }) => each.rank !== undefined);
    if (pointerY !== undefined && at.length) {
      const away = ({ point }) => Math.abs(this.place(point)[1] - pointerY);
      const nearest = at.reduce((a, b) => (away(a) <= away(b) ? a : b));
      if (!told.includes(nearest)) told = [...told, nearest];
    }
    if (!told.length) told = at.slice(0, 1);
    const [x] = this.place([lap, this.low]);
    this.marks.append(svg('line', { x1: x, x2: x, y1: MARGIN.top, y2: this.height - MARGIN.bottom }));
    for (const { point } of told) {
      const [cx, cy] = this.place(point);
      this.marks.append(svg('circle', { cx, cy, r: 5 }));
    }
    const words = told.map(({ each, point }) => `${each.name} ${this.format(point[1])}${point[2] ? ' (invalid)' : ''}`);
    setText(this.reading, `${this.xLabel} ${lap}: ${words.join(' · ')}`);
  }

  drawTable() {
    if (!this.details.open) return;
    const columns = [[this.xLabel, 'number'], ...this.series.map((each) => [each.name, 'number'])];
    const rows = (this.xs ?? []).map((lap) => [String(lap), ...this.series.map((each) => {
      const point = each.points.find(([x]) => x === lap);
      return point ? `${this.format(point[1])}${point[2] ? ' invalid' : ''}` : '';
    })]);
    this.rows.replaceChildren(table(`${this.title}, as a table`, columns, rows));
  }
}

function shortened(name) {
  const letters = [...name];
  return letters.length > 10 ? `${letters.slice(0, 9).join('')}…` : name;
}
