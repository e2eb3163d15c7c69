// Online SGD on the reference backend against the exact flow from the same start, by batch size.
// pnpm --filter @softmoe/bench online [--time 40] [--batches 256,1024,4096,16384]
import { parseArgs } from 'node:util';
import { createReferenceBackend } from '@softmoe/backend';
import { ALIGNED } from '@softmoe/lab';
import { populationObjective, toSpan } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { balancedFlow, euler, integrate, onlineObjective, train } from '@softmoe/train';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '40' },
    batches: { type: 'string', default: '256,1024,4096,16384' },
    seed: { type: 'string', default: '0' },
  },
});
const step = 0.1;
const options = {
  inputDim: 64,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  seed: Number(values.seed),
};
const teacher = createTeacher({ ...options, experts: 3, geometry: { kind: 'orthonormal' } });
const student = createStudent({ ...options, experts: 12, amplitude: 1e-3 });

/** Alignments of all experts and routers at every step. */
async function curves(objective, start, reference) {
  const points = [];
  const stepper = integrate(balancedFlow, objective, euler({ fixedStep: step }));
  const stop = { time: Number(values.time) };
  for await (const { time, alignment } of train({
    model: start,
    stepper,
    teacher: reference,
    stop,
  })) {
    points.push({ time, expert: alignment.expert, router: alignment.router });
  }
  return points;
}

function crossing(points, kind, j) {
  const after = points.findIndex((point) => point[kind][j] >= ALIGNED);
  if (after < 1) return undefined;
  const [a, b] = [points[after - 1], points[after]];
  return a.time + ((ALIGNED - a[kind][j]) / (b[kind][j] - a[kind][j])) * (b.time - a.time);
}

const span = toSpan(student, teacher);
const exact = await curves(populationObjective(span.teacher), span.student, span.teacher);
const rows = [];
for (const batchSize of values.batches.split(',').map(Number)) {
  const begun = performance.now();
  const backend = createReferenceBackend();
  const objective = onlineObjective(teacher, backend, { batchSize, seed: options.seed });
  const online = await curves(objective, student, teacher);
  let distance = 0;
  let delay = 0;
  let missed = 0;
  for (const kind of ['expert', 'router']) {
    for (let j = 0; j < 3; j++) {
      exact.forEach((point, i) => {
        distance = Math.max(distance, Math.abs(point[kind][j] - online[i][kind][j]));
      });
      const [t, s] = [crossing(exact, kind, j), crossing(online, kind, j)];
      if (t === undefined || s === undefined) missed++;
      else delay = Math.max(delay, Math.abs(s / t - 1));
    }
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  rows.push([batchSize, distance.toFixed(3), `${(100 * delay).toFixed(1)} %`, missed, seconds]);
}
console.log(
  `d = 64, k = 3, m = 12, Euler ${step} to time ${values.time}: online SGD against the exact flow`,
);
printTable(['batch', 'sup distance', 'largest shift of t(0.5)', 'never aligned', 'seconds'], rows);
