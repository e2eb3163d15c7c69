// Online SGD against the exact flow from the same start, by batch size, and the curves of seed 0 as a figure.
// pnpm --filter @softmoe/bench online [--seeds 4] [--time 40] [--step 0.02] [--batches 256,1024,4096,16384]
//   [--backend reference|wasm] [--figure FILE.svg]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createReferenceBackend } from '@softmoe/backend';
import { createTfjsBackend } from '@softmoe/backend-tfjs';
import { ALIGNED } from '@softmoe/lab';
import { toSpan } from '@softmoe/model';
import { populationObjective } from '@softmoe/population';
import { freshBatches, sampled } from '@softmoe/sampled';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { balancedFlow, euler, integrate, run } from '@softmoe/train';
import { overlay } from './overlay.js';
import { mean, printTable } from './table.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '4' },
    time: { type: 'string', default: '40' },
    step: { type: 'string', default: '0.02' },
    batches: { type: 'string', default: '256,1024,4096,16384' },
    backend: { type: 'string', default: 'reference' },
    figure: { type: 'string' },
  },
});
const time = Number(values.time);
const step = Number(values.step);
const kind = { inputDim: 64, gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } };
const kinds = ['expert', 'router'];

/** Alignments of all experts and routers at every step. */
async function curves(objective, model, teacher) {
  const points = [];
  const stepper = integrate(balancedFlow, objective, euler({ fixedStep: step }));
  for await (const record of run(stepper, { start: model, until: { time }, record: { teacher } })) {
    points.push({ time: record.time, ...record.alignment });
  }
  return points;
}

/** The time at which an alignment first reaches 0.5, interpolated between steps. */
function crossing(points, kind, j) {
  const after = points.findIndex((point) => point[kind][j] >= ALIGNED);
  if (after < 1) return undefined;
  const [a, b] = [points[after - 1], points[after]];
  return a.time + ((ALIGNED - a[kind][j]) / (b[kind][j] - a[kind][j])) * (b.time - a.time);
}

/** The largest distance between curves, the largest relative shift of a crossing, and crossings that one lacks. */
function compare(exact, online) {
  let distance = 0;
  let shift = 0;
  let missed = 0;
  for (const kind of kinds) {
    for (let j = 0; j < exact[0][kind].length; j++) {
      exact.forEach((point, i) => {
        distance = Math.max(distance, Math.abs(point[kind][j] - online[i][kind][j]));
      });
      const [t, s] = [crossing(exact, kind, j), crossing(online, kind, j)];
      if (t === undefined || s === undefined) missed += t === s ? 0 : 1;
      else shift = Math.max(shift, Math.abs(s / t - 1));
    }
  }
  return { distance, shift, missed };
}

const backend =
  values.backend === 'wasm' ? await createTfjsBackend('wasm') : createReferenceBackend();
const pictures = [];
const results = new Map(values.batches.split(',').map((batch) => [Number(batch), []]));
for (let seed = 0; seed < Number(values.seeds); seed++) {
  const teacher = createTeacher({ ...kind, seed, experts: 3, geometry: { kind: 'orthonormal' } });
  const student = createStudent({ ...kind, seed, experts: 12, amplitude: 1e-3 });
  const span = toSpan(student, teacher);
  const exact = await curves(populationObjective(span.teacher), span.student, span.teacher);
  for (const [batchSize, rows] of results) {
    const { objective } = sampled(freshBatches(teacher, { batchSize, seed }), backend);
    const online = await curves(objective, student, teacher);
    rows.push(compare(exact, online));
    if (seed === 0) pictures.push({ batchSize, exact, online });
  }
}
console.log(
  `d = 64, k = 3, m = 12, Euler ${step} to time ${time}, seeds 0 to ${values.seeds - 1}:`,
);
console.log(`online SGD on ${backend.info.name} against the exact flow from the same start`);
printTable(
  ['batch', 'mean sup distance', 'mean shift of t(0.5)', 'largest shift', 'missed'],
  [...results].map(([batch, rows]) => [
    batch,
    mean(rows.map(({ distance }) => distance)).toFixed(3),
    `${(100 * mean(rows.map(({ shift }) => shift))).toFixed(1)} %`,
    `${(100 * Math.max(...rows.map(({ shift }) => shift))).toFixed(1)} %`,
    rows.reduce((sum, { missed }) => sum + missed, 0),
  ]),
);
if (values.figure) writeFileSync(values.figure, overlay(pictures));
backend.dispose();
