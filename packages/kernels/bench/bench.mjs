// Speed of the kernels: `pnpm bench [--quick] [--json FILE]`, after a build. For each size all tasks of both variants run
// in turns, so that a busy machine slows them alike; times are medians over the turns. The share of the SIMD peak counts
// the matrix products only, against a loop of nothing but multiply-adds (peak.ts) in the same turns.

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
  const binary = await compile(variant, new URL('peak.ts', import.meta.url));
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  const kernels = await loadKernels({ memory, variant });
  variants.push({ variant, kernels, peak: instance.exports.peak });
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
  };
}

/** What is measured: each task with the multiply-adds of its matrix products, or the normals that it draws. */
function tasksOf({ variant, kernels, peak }, { d, m, k, n }, problem) {
  const { model, teacher, softmax, gradient, points, outputs, draw, workspace } = problem;
  let step = 0;
  const next = () => ({ ...draw, step: step++ });
  const task = (name, products, run, normals) => ({ variant, name, products, normals, run });
  return [
    task('peak', 48 * 20_000, () => peak(20_000, 64)),
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

function medians(tasks) {
  const warm = performance.now() + (quick ? 100 : 2000);
  while (performance.now() < warm) tasks.map(time);
  const times = Array.from({ length: turns }, () => tasks.map(time));
  return tasks.map((_, i) => times.map((row) => row[i]).sort((a, b) => a - b)[turns >> 1]);
}

const results = [];
for (const size of sizes) {
  const problem = problemOf(size);
  const tasks = variants.flatMap((one) => tasksOf(one, size, problem));
  const seconds = medians(tasks);
  const rate = tasks.map(({ products }, i) => (2 * products) / seconds[i] / 1e9);
  tasks.forEach(({ variant, name, normals }, i) => {
    const peak = rate[tasks.findIndex((task) => task.name === 'peak' && task.variant === variant)];
    results.push({
      size: `${size.d}, ${size.m}, ${size.k}, ${size.n}`,
      variant,
      task: name,
      microseconds: Number((seconds[i] * 1e6).toPrecision(4)),
      gflops: normals ? undefined : Number(rate[i].toFixed(1)),
      'share of peak': normals ? undefined : `${Math.round((100 * rate[i]) / peak)} %`,
      'ns a normal': normals ? Number(((seconds[i] * 1e9) / normals).toFixed(2)) : undefined,
    });
  });
}
console.log(`Node ${process.version}, d, m, k, n and medians of ${turns} turns`);
console.table(results);
const json = process.argv.indexOf('--json');
if (json >= 0) await writeFile(process.argv[json + 1], `${JSON.stringify(results, null, 2)}\n`);
