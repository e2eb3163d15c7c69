import { printTable } from '../table.js';
import { PEAK_FLOPS } from './peers/peak.js';

const OURS = ['softmoe simd', 'softmoe relaxed'];

/** Operations in the matrix products of a step: logits of student and teacher, and the gradient. */
function flops({ d, m, k, n }, task) {
  const teacher = task === 'online' ? 2 * k : 0;
  return 2 * n * d * (2 * m + teacher) + 2 * n * d * 2 * m;
}

/** Prints a row for each size and peer: times, times by ours, and for ours the share of the SIMD peak. */
export function report(title, results) {
  console.log(`\n${title}: milliseconds a step`);
  printTable(
    ['d, m, k, n', 'peer', 'median', 'least', 'by simd', 'by relaxed', 'of peak', 'error'],
    results.flatMap(rows),
  );
}

function rows({ size, task, peers, errors }) {
  const ours = OURS.map((name) => peers.get(name)?.milliseconds);
  return [...peers]
    .filter(([name]) => name in errors)
    .map(([name, { milliseconds, least }], i) => [
      i === 0 ? Object.values(size).join(', ') : '',
      name,
      digits(milliseconds),
      digits(least),
      ...ours.map((time) => (time ? (milliseconds / time).toFixed(2) : '')),
      OURS.includes(name) ? share(name, milliseconds, flops(size, task), peers) : '',
      errors[name].toExponential(0),
    ]);
}

function share(name, milliseconds, operations, peers) {
  const peak = PEAK_FLOPS / peers.get(name.replace('softmoe', 'peak')).milliseconds;
  return `${Math.round((100 * operations) / milliseconds / peak)} %`;
}

function digits(milliseconds) {
  return milliseconds.toPrecision(milliseconds >= 1000 ? 4 : 3);
}
