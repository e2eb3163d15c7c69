import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMoE, forward, lossAndGradient } from '@softmoe/model';
import { populationObjective } from '@softmoe/population';
import { createStudent, createTeacher, normals, scalarNormals } from '@softmoe/teacher';

/** d inputs, m student units, k teacher units, n points a step. */
export const sizes = [
  { d: 16, m: 8, k: 2, n: 256 },
  { d: 64, m: 16, k: 4, n: 1024 },
  { d: 256, m: 32, k: 8, n: 4096 },
  { d: 1024, m: 64, k: 16, n: 4096 },
];

/**
 * One size as all peers get it: a JSON file that lists arrays by name and shape, and a file of their float32 numbers in
 * that order. `expected` is what a float64 computation gives: loss and gradient on the given data, and, with independent
 * routing, the loss that online steps have in the mean.
 */
export async function writeProblem(size, routing) {
  const { d, m, k, n } = size;
  const kind = { inputDim: d, expert: { kind: 'hermite', degree: 3 }, seed: 1 };
  const gating = routing === 'softmax' ? { routing } : { gate: 'sigmoid' };
  const teacher = createTeacher({
    ...{ ...kind, ...gating, experts: k },
    geometry: { kind: 'orthonormal' },
  });
  const student = withBias(createStudent({ ...kind, ...gating, experts: m, amplitude: 0.5 }));
  const inputs = normals({ seed: 1, stream: 'bench', step: 0, size: n }, d);
  const targets = forward(teacher, inputs, n);
  const expected = lossAndGradient(student, inputs, targets, n);
  if (routing === 'independent') {
    expected.online = (await populationObjective(teacher).evaluate(student, 0)).loss;
  }
  const arrays = {
    ...prefixed('student', student.params),
    ...prefixed('teacher', teacher.params),
    inputs: { shape: [n, d], data: inputs },
    targets: { shape: [n], data: targets },
  };
  const folder = await mkdtemp(join(tmpdir(), 'softmoe-bench-'));
  const file = join(folder, 'problem.json');
  const shapes = Object.entries(arrays).map(([name, { shape }]) => ({ name, shape }));
  await writeFile(file, JSON.stringify({ ...size, routing, shapes }));
  const numbers = Object.values(arrays).map(({ data }) => Float32Array.from(data));
  await writeFile(`${file}.f32`, Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer))));
  return { size, file, expected, remove: () => rm(folder, { recursive: true }) };
}

/** Softmax routers start with biases of 0; others tell more about the peers. */
function withBias(student) {
  if (student.spec.routing !== 'softmax') return student;
  const { experts } = student.spec;
  const data = scalarNormals({ seed: 1, stream: 'bench/bias', step: 0, size: experts });
  return createMoE(student.spec, { ...student.params, routerBias: { shape: [experts], data } });
}

function prefixed(prefix, params) {
  return Object.fromEntries(
    Object.entries(params).map(([name, array]) => [`${prefix}.${name}`, array]),
  );
}

/** The largest relative error of a peer's loss and gradient, each array measured by its own largest entry. */
export function errorOf({ loss, gradient }, expected) {
  const errors = [Math.abs(loss / expected.loss - 1)];
  for (const [name, { data }] of Object.entries(expected.gradient)) {
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const difference = data.reduce(
      (most, x, i) => Math.max(most, apart(x, gradient[name]?.[i])),
      0,
    );
    errors.push(difference / largest);
  }
  return Math.max(...errors);
}

/** Numbers that are missing or not finite are infinitely far apart from any. */
function apart(x, y) {
  return Number.isFinite(y) ? Math.abs(x - y) : Number.POSITIVE_INFINITY;
}
