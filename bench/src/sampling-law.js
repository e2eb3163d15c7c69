// Whether the kernels draw SGD's own law in the span: the criteria of docs/theory.md, "SGD's own law, drawn in the span", at
// sizes beyond those of the tests, in float32.
// pnpm --filter @softmoe/bench sampling-law [--draws 20000] [--seeds 300]
import { parseArgs } from 'node:util';
import { createTfjsBackend } from '@softmoe/backend-tfjs';
import { freshBatches, sampled } from '@softmoe/sampled';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { balancedFlow, euler, integrate, run } from '@softmoe/train';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    draws: { type: 'string', default: '20000' },
    seeds: { type: 'string', default: '300' },
  },
});
const backend = await createTfjsBackend('wasm', { variant: 'simd' });
const kind = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } };

await compareGradients(Number(values.draws));
await compareTimes(Number(values.seeds));
backend.dispose();

/** Means and covariances of loss and gradient of one step, and of another seed's for what chance does. */
async function compareGradients(draws) {
  const pair = { ...kind, inputDim: 16, seed: 4 };
  const teacher = createTeacher({ ...pair, experts: 1, geometry: { kind: 'random-unit' } });
  const student = createStudent({ ...pair, experts: 3, amplitude: 0.5 });
  const columnsOf = async (sampling, seed) => {
    const source = freshBatches(teacher, { batchSize: 8, seed, noise: 0.2, sampling });
    const steps = [];
    for (let step = 0; step < draws; step++) {
      const { loss, gradient } = await source.batch(backend, student, step);
      steps.push([loss, ...Object.values(gradient).flatMap(({ data }) => [...data])]);
    }
    return steps[0].map((_, i) => Float64Array.from(steps, (step) => step[i]));
  };
  const inputs = await columnsOf('inputs', 1);
  console.log(
    `${draws} steps at d = 16, m = 3, k = 1, batch 8: largest difference from all inputs`,
  );
  printTable(
    ['drawn', 'of a mean', 'of a covariance', '(standard errors)'],
    await Promise.all(
      [
        ['span', 1],
        ['inputs', 2],
      ].map(async ([sampling, seed]) => {
        const { means, covariances } = differences(inputs, await columnsOf(sampling, seed));
        return [`${sampling}, seed ${seed}`, means.toFixed(2), covariances.toFixed(2), ''];
      }),
    ),
  );
}

function differences(first, second) {
  const mean = (x) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const score = (x, y) => {
    const [a, b] = [mean(x), mean(y)];
    const variance = (z, about) => mean(z.map((value) => (value - about) ** 2)) / z.length;
    return Math.abs(a - b) / Math.sqrt(variance(x, a) + variance(y, b));
  };
  const most = { means: 0, covariances: 0 };
  const centres = first.map((x, i) => (mean(x) + mean(second[i])) / 2);
  const centred = (columns) => columns.map((x, i) => x.map((value) => value - centres[i]));
  const [a, b] = [centred(first), centred(second)];
  a.forEach((x, i) => {
    most.means = Math.max(most.means, score(x, b[i]));
    for (let j = 0; j <= i; j++) {
      const product = (of, at) => of.map((value, s) => value * at[s]);
      const found = score(product(x, a[j]), product(b[i], b[j]));
      most.covariances = Math.max(most.covariances, found);
    }
  });
  return most;
}

/** Times at which experts first overlap 0.5 with a teacher expert, over seeds of the batches, from one start. */
async function compareTimes(seeds) {
  const pair = { ...kind, inputDim: 64, seed: 1 };
  const teacher = createTeacher({ ...pair, experts: 2, geometry: { kind: 'orthonormal' } });
  const student = createStudent({ ...pair, experts: 8, amplitude: 1e-3 });
  const until = 30;
  const timesOf = async (sampling, firstSeed) => {
    const times = [];
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const source = freshBatches(teacher, { batchSize: 64, seed, sampling });
      const { objective } = sampled(source, backend);
      const stepper = integrate(balancedFlow, objective, euler({ fixedStep: 0.1 }));
      const options = { start: student, until: { time: until }, record: { teacher, every: 1 } };
      let time = until;
      for await (const record of run(stepper, options)) {
        if (Math.max(...record.alignment.expert) < 0.5) continue;
        time = record.time;
        break;
      }
      times.push(time);
    }
    return times;
  };
  const inputs = await timesOf('inputs', 0);
  console.log(
    `Times of the first alignment over ${seeds} seeds at d = 64, m = 8, k = 2, batch 64:`,
  );
  const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  const rows = [['inputs', median(inputs).toFixed(2), '']];
  for (const [sampling, firstSeed] of [
    ['span', 10_000],
    ['inputs', 20_000],
  ]) {
    const times = await timesOf(sampling, firstSeed);
    rows.push([sampling, median(times).toFixed(2), distance(inputs, times).toFixed(2)]);
  }
  printTable(['drawn', 'median', 'distance (1 in 1000: 1.95)'], rows);
}

/** √(nm/(n + m)) times the Kolmogorov–Smirnov distance of two samples. */
function distance(a, b) {
  const share = (times, bound) => times.filter((time) => time <= bound).length / times.length;
  const most = Math.max(...[...a, ...b].map((time) => Math.abs(share(a, time) - share(b, time))));
  return Math.sqrt((a.length * b.length) / (a.length + b.length)) * most;
}
