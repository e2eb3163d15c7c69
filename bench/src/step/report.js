import { arch } from 'node:os';
import { printTable } from '../table.js';
import { PEAK_FLOPS } from './peers/peak.js';

const OURS = ['softmoe simd', 'softmoe relaxed'];

/** Prints what runs where, and which Python modules are missing. */
export function introduce(abouts, missing) {
  console.log([`Node ${process.version} on ${arch()}`, ...Object.values(abouts)].join('. '));
  for (const module of missing) {
    console.log(`No ${module} here: python3 has no such module (Debian: python3-${module}).`);
  }
}

/** Prints a row for each size and peer: times, times by ours, the share of the SIMD peak, and the error before timing. */
export function report(title, results) {
  console.log(`\n${title}: milliseconds`);
  printTable(
    ['d, m, k, n', 'peer', 'median', 'least', 'by simd', 'by relaxed', 'of peak', 'error'],
    results.flatMap(rows),
  );
}

function rows({ size, task, times, errors }) {
  const ours = OURS.map((name) => times.get(name)?.milliseconds);
  return Object.keys(errors).map((name, i) => {
    const { milliseconds, least, variant } = times.get(name);
    const peak = times.get(`peak ${variant}`);
    return [
      i === 0 ? Object.values(size).join(', ') : '',
      name,
      digits(milliseconds),
      digits(least),
      ...ours.map((time) => (time ? (milliseconds / time).toFixed(2) : '')),
      peak ? percent((flops(size, task) / milliseconds / PEAK_FLOPS) * peak.milliseconds) : '',
      errors[name].toExponential(0),
    ];
  });
}

/** Operations in the matrix products of a step: logits of student and teacher, and the student's gradient. */
function flops({ d, m, k, n }, task) {
  const teacher = task === 'online' ? 2 * k : 0;
  return 2 * n * d * (2 * m + teacher) + 2 * n * d * 2 * m;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function digits(milliseconds) {
  return milliseconds.toPrecision(milliseconds >= 1000 ? 4 : 3);
}
