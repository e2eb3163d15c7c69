// What an experiment costs against the dimension d: rotation and lift are linear in d, a step does not depend on it.
// pnpm --filter @softmoe/bench dimension
import { toSpan } from '@softmoe/model';
import { populationObjective } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { median, printTable } from './table.js';

const options = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 }, seed: 0 };
const k = 16;
const m = 64;
const rows = [];
for (const inputDim of [100, 1000, 10_000, 100_000]) {
  const teacher = createTeacher({
    ...options,
    inputDim,
    experts: k,
    geometry: { kind: 'orthonormal' },
  });
  const student = createStudent({ ...options, inputDim, experts: m, amplitude: 1e-3 });
  const clock = async (work) => {
    const begun = performance.now();
    const result = await work();
    return [result, performance.now() - begun];
  };
  const [span, rotation] = await clock(() => toSpan(student, teacher));
  const objective = populationObjective(span.teacher);
  const steps = [];
  for (let i = 0; i < 30; i++) {
    const [, time] = await clock(() => objective.evaluate(span.student, i));
    if (i >= 5) steps.push(time);
  }
  const [, lift] = await clock(() => span.lift(span.student));
  rows.push([
    inputDim,
    span.student.spec.inputDim,
    median(steps).toFixed(2),
    rotation.toFixed(0),
    lift.toFixed(0),
    `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)}`,
  ]);
}
console.log(`k = ${k}, m = ${m}: loss and gradient in milliseconds`);
printTable(['d', 'span r', 'step ms', 'rotation ms', 'lift ms', 'memory MiB'], rows);
