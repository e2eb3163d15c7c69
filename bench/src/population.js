// One step of the population flow, loss and gradient in span coordinates, at four sizes: ours in JavaScript and in SIMD
// WebAssembly, NumPy and PyTorch, timed in turns in one run and checked to the same values; and the share of the machine's
// peak of float64 multiply-adds that the SIMD matrix products reach. README.md says how.
// pnpm --filter @softmoe/bench population [--short] [--json FILE]
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { problemOf, sizes } from './population/problem.js';
import { productsOf } from './population/products.js';
import { startPeer } from './step/peer-process.js';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const rounds = values.short ? 3 : 20;
const turn = values.short ? 20 : 150;
const TOLERANCE = 1e-12;

const script = join(import.meta.dirname, 'population/peer.py');
const peers = ['numpy', 'torch'].filter((name) => {
  try {
    execFileSync('/usr/bin/env', ['python3', '-c', `import numpy, ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`python3 has no ${name}: left out`);
    return false;
  }
});

/**
 * Steps for `turn` milliseconds: the time of the fastest, several at a time where they are short. It is the clock's, or, when
 * others held the core, what the process used of it.
 */
async function fastestOf(step) {
  let least = Infinity;
  let count = 1;
  const end = performance.now() + turn;
  do {
    const used = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < count; i++) await step();
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    least = Math.min(least, Math.min(elapsed, (user + system) / 1000) / count);
    count = Math.max(1, Math.round(count / elapsed));
  } while (performance.now() < end);
  return least;
}

/** Largest difference from `expected`, relative to its largest number. */
function errorOf(actual, expected) {
  const largest = (numbers) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest(expected.map((x, i) => x - actual[i])) / largest(expected);
}

const numbersOf = ({ loss, gradient }) => [
  loss,
  ...['router', 'expert', 'amplitude'].flatMap((name) => [...gradient[name].data]),
];

const folder = await mkdtemp(join(tmpdir(), 'softmoe-population-'));
const processes = peers.map((name) =>
  startPeer({ name, command: 'python3', args: [script, name] }),
);
const results = [];
try {
  for (const size of values.short ? sizes.slice(0, 2) : sizes) {
    const problem = await problemOf(size);
    const file = join(folder, 'problem.json');
    await problem.write(file);
    const contestants = [
      { name: 'JavaScript', time: () => fastestOf(problem.javascript) },
      { name: 'SIMD', time: () => fastestOf(problem.simd) },
    ];
    const expected = numbersOf(await problem.javascript());
    const errors = [errorOf(numbersOf(await problem.simd()), expected)];
    for (const { ask } of processes) {
      const { about } = await ask('load', file);
      const { loss, gradient } = await ask('check', true);
      errors.push(errorOf(numbersOf({ loss, gradient: problem.project(gradient) }), expected));
      contestants.push({ name: about, time: async () => Math.min(...(await ask('turn', turn))) });
    }
    if (Math.max(...errors) > TOLERANCE) {
      throw new Error(
        `values differ by ${errors.join(', ')} of the largest: more than ${TOLERANCE}`,
      );
    }
    const products = await productsOf(size);
    for (const [name, run] of [
      ['peak', products.peak],
      ['products', products.run],
    ]) {
      contestants.push({ name, time: () => fastestOf(run) });
    }
    const least = contestants.map(() => Infinity);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { time }] of contestants.entries())
        least[i] = Math.min(least[i], await time());
    }
    const of = Object.fromEntries(contestants.map(({ name }, i) => [name, least[i]]));
    const share = (products.multiplyAdds / of.products) * (of.peak / products.peakMultiplyAdds);
    results.push({ ...size, milliseconds: of, share, error: Math.max(...errors) });
  }
} finally {
  for (const { close } of processes) close();
  await rm(folder, { recursive: true });
}

console.log(`Node ${process.version}; milliseconds of the fastest step, ${rounds} rounds in turns`);
console.table(
  results.map(({ k, m, milliseconds, share, error }) => {
    const { peak: _, products: __, ...times } = milliseconds;
    return {
      'k, m': `${k}, ${m}`,
      ...Object.fromEntries(
        Object.entries(times).map(([name, time]) => [name, Number(time.toPrecision(3))]),
      ),
      'SIMD is faster by': Object.entries(times)
        .filter(([name]) => name !== 'SIMD')
        .map(([, time]) => (time / times.SIMD).toFixed(1))
        .join(', '),
      'products of peak': `${Math.round(100 * share)} %`,
      error: error.toExponential(0),
    };
  }),
);
if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
