// Speed of the kernels: `pnpm bench [--quick] [--json FILE]`, after a build. For each size all tasks of both variants run
// in turns, so that a busy machine slows them alike. Rates are those of the fastest turn, which is the least disturbed; the
// share of the SIMD peak counts the useful matrix products only, against a loop of nothing but multiply-adds (peak.ts).

import { writeFile } from 'node:fs/promises';
import v8 from 'node:v8';
import { isSupported, loadKernels, workspaceBytes } from '../dist/index.js';
import { compile } from '../scripts/asc.mjs';

if (!isSupported('relaxed')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

const quick = process.argv.includes('--quick');
const sizes = [
  { d: 16, m: 8, k: 2, n: 256 },
  { d: 64, m: 16, k: 4, n: 1024 },
  { d: 256, m: 32, k: 8, n: 4096 },
  { d: 1024, m: 64, k: 16, n: 4096 },
].slice(0, quick ? 2 : 4);
const turns = quick ? 5 : 60;

const memory = new WebAssembly.Memory({ initial: 640 });
const variants = [];
for (const variant of ['simd', 'relaxed']) {
  const kernels = await loadKernels({ memory, variant });
  const instantiate = async (binary) =>
    (await WebAssembly.instantiate(binary, { env: { memory } })).instance.exports;
  const parts = await instantiate(await compile(variant));
  const { peak } = await instantiate(await compile(variant, new URL('peak.ts', import.meta.url)));
  variants.push({ variant, kernels, parts, peak });
}

/** Lays a problem of one size into the memory. */
function problemOf({ d, m, k, n }) {
  let end = 4096;
  const floats = new Float32Array(memory.buffer);
  const take = (count, value) => {
    const start = end;
    end += Math.ceil(count / 16) * 64;
    for (let i = 0; i < count; i++) floats[start / 4 + i] = value(i);
    return start;
  };
  const direction = (i) => Math.sin(i * i) / Math.sqrt(d / 2);
  const place = (experts) => ({
    spec: {
      inputDim: d,
      experts,
      gate: 'sigmoid',
      expert: { kind: 'hermite', degree: 3 },
      routing: 'independent',
    },
    params: {
      router: take(experts * d, direction),
      expert: take(experts * d, (i) => direction(i + 1)),
      amplitude: take(experts, () => 1 / experts),
      routerBias: take(experts, () => 0),
    },
  });
  const model = place(m);
  const teacher = place(k);
  const needs = { model: model.spec, teacher: teacher.spec };
  return {
    model,
    teacher,
    softmax: { ...model, spec: { ...model.spec, routing: 'softmax' } },
    gradient: place(m).params,
    points: { inputs: take(n * d, direction), targets: take(n, direction), size: n },
    outputs: take(n, () => 0),
    draw: { seed: 1, stream: 'bench', step: 0, size: n },
    workspace: take(workspaceBytes(needs) / 4, () => 0),
    // One block for the matrix products alone.
    block: {
      x: take(64 * (d + 8), direction),
      weights: take((2 * (m + k) + 8) * (d + 8), direction),
      logits: take((2 * (m + k) + 8) * 64, direction),
      sums: take(2 * m * (d + 8), () => 0),
    },
  };
}

/** What is measured: each task with the multiply-adds of its matrix products, or the normals that it draws. */
function tasksOf({ variant, kernels, parts, peak }, { d, m, k, n }, problem) {
  const { model, teacher, softmax, gradient, points, outputs, draw, workspace } = problem;
  const columns = 8 * Math.ceil((2 * m + 2 * k) / 8);
  const panels = Math.ceil(d / 8);
  const { x, weights, logits, sums } = problem.block;
  let step = 0;
  const next = () => ({ ...draw, step: step++ });
  const task = (name, products, run, normals) => ({ variant, name, products, normals, run });
  return [
    task('peak', 48 * 20_000, () => peak(20_000, 64)),
    task('matrix products', 64 * d * (columns + 2 * m), () => {
      parts.multiply(x, panels, 64, weights, columns / 8, logits);
      parts.accumulate(x, panels, 64, logits, 2 * m, sums);
    }),
    task('online step', n * d * (4 * m + 2 * k), () =>
      kernels.online(model, teacher, next(), gradient, workspace),
    ),
    task('gradient', n * d * 4 * m, () =>
      kernels.lossAndGradient(model, points, gradient, workspace),
    ),
    task('softmax gradient', n * d * 4 * m, () =>
      kernels.lossAndGradient(softmax, points, gradient, workspace),
    ),
    task('forward', n * d * 2 * m, () => kernels.forward(model, points, outputs, workspace)),
    task('normals', 0, () => kernels.normals(next(), d, points.inputs, workspace), n * d),
  ];
}

/** Seconds of one run, averaged over as many as take about a millisecond. */
function time(task) {
  task.repeat ??= 1;
  const start = performance.now();
  for (let i = 0; i < task.repeat; i++) task.run();
  const seconds = (performance.now() - start) / 1000 / task.repeat;
  task.repeat = Math.max(1, Math.min(1000, Math.round(0.001 / seconds)));
  return seconds;
}

/** Times of each task over the turns, sorted. */
function measure(tasks) {
  const warm = performance.now() + (quick ? 100 : 2000);
  while (performance.now() < warm) tasks.map(time);
  const times = Array.from({ length: turns }, () => tasks.map(time));
  return tasks.map((_, i) => times.map((row) => row[i]).sort((a, b) => a - b));
}

const microseconds = (seconds) => Number((seconds * 1e6).toPrecision(4));

const results = [];
for (const size of sizes) {
  const problem = problemOf(size);
  const tasks = variants.flatMap((one) => tasksOf(one, size, problem));
  const times = measure(tasks);
  const rates = tasks.map(({ products }, i) => (2 * products) / times[i][0] / 1e9);
  const peakOf = (variant) =>
    rates[tasks.findIndex((task) => task.name === 'peak' && task.variant === variant)];
  tasks.forEach(({ variant, name, products, normals }, i) => {
    results.push({
      size: `${size.d}, ${size.m}, ${size.k}, ${size.n}`,
      variant,
      task: name,
      'median µs': microseconds(times[i][turns >> 1]),
      'fastest µs': microseconds(times[i][0]),
      ...(products > 0
        ? {
            gflops: Number(rates[i].toFixed(1)),
            'of peak': `${Math.round((100 * rates[i]) / peakOf(variant))} %`,
          }
        : { 'ns a normal': Number(((times[i][0] * 1e9) / normals).toFixed(2)) }),
    });
  });
}
console.log(`Node ${process.version}; d, m, k, n; ${turns} turns`);
console.table(results);
const json = process.argv.indexOf('--json');
if (json >= 0) await writeFile(process.argv[json + 1], `${JSON.stringify(results, null, 2)}\n`);
