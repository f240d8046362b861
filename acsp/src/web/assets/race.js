// The places of all cars by lap.

import { h } from './dom.js';
import { Plot } from './charts.js';
import { driverName } from './format.js';

export function mount(root, store) {
  const nothing = h('p', { class: 'nothing' }, 'In a race, the places after each lap are drawn here.');
  const plot = new Plot({
    title: 'Places by lap', xLabel: 'lap', yLabel: 'place', format: (place) => `P${place}`, steps: [1, 2, 5, 10, 20], reversed: true, height: 420,
  });
  plot.root.hidden = true;
  root.append(nothing, plot.root);
  let positions = null;

  const draw = () => {
    const hasLaps = Boolean(positions?.cars.length && positions.laps);
    plot.root.hidden = !hasLaps;
    nothing.hidden = hasLaps;
    if (!hasLaps) return;
    const series = positions.cars.map((car) => ({
      id: car.car_id,
      name: driverName(car),
      rank: car.car_id === store.selected ? 0 : undefined,
      points: [car.start, ...car.positions].map((place, lap) => [lap, place]).filter(([, place]) => place !== null),
    }));
    // With nobody selected the first three stand out.
    if (!series.some((each) => each.rank === 0)) {
      store.cars.slice(0, 3).forEach((car, index) => {
        const leader = series.find((each) => each.id === car.car_id);
        if (leader) leader.rank = index;
      });
    }
    plot.update({ series, low: 1, high: positions.cars.length });
  };
  let version = null;
  const fetch = async () => {
    const newest = `${store.run} ${store.versions.positions}`;
    if (!store.run || newest === version) return;
    version = newest;
    try {
      positions = await store.get('positions', newest);
      draw();
    } catch {
      version = null;
    }
  };
  store.on('versions', fetch);
  store.on('selected', draw);
  fetch();
}
