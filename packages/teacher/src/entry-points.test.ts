import { SoftmoeError } from '@softmoe/model';
import { expect, it } from 'vitest';
import {
  batchOf,
  createDataset,
  createStudent,
  createTeacher,
  normals,
  permutation,
  sampleBatch,
} from './index.ts';

const common = {
  inputDim: 8,
  experts: 2,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  seed: 1,
} as const;
const options = { ...common, geometry: { kind: 'orthonormal' } } as const;
const student = { ...common, amplitude: 0.1 };
const teacher = createTeacher(options);
const draw = { seed: 1, stream: 'train', step: 0, size: 2 };
const points = { inputs: new Float64Array(4), targets: new Float64Array(2), size: 2 };
const { geometry: _, ...flat } = options;

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['createTeacher', createTeacher, undefined, 'ValueError', 'options'],
  ['createTeacher', createTeacher, {}, 'ValueError', 'spec.inputDim'],
  ['createTeacher', createTeacher, flat, 'ValueError', 'geometry'],
  [
    'createTeacher',
    createTeacher,
    { ...options, ampSpread: 3 },
    'UnknownNameError',
    'options.ampSpread',
  ],
  [
    'createTeacher',
    createTeacher,
    { ...options, geometry: 'orthonormal' },
    'ValueError',
    'geometry',
  ],
  [
    'createTeacher',
    createTeacher,
    { ...options, geometry: {} },
    'UnknownNameError',
    'geometry.kind',
  ],
  [
    'createTeacher',
    createTeacher,
    { ...options, geometry: { kind: 'random-unit', overlap: 0.5 } },
    'UnknownNameError',
    'geometry.overlap',
  ],
  ['createTeacher', createTeacher, { ...options, seed: undefined }, 'ValueError', 'seed'],
  ['createTeacher', createTeacher, { ...options, inputDim: 1e15 }, 'ValueError', 'shape'],
  [
    'createTeacher',
    createTeacher,
    { ...options, geometry: { kind: 'random-unit' }, inputDim: 1e15 },
    'ValueError',
    'shape',
  ],
  ['createStudent', createStudent, undefined, 'ValueError', 'options'],
  ['createStudent', createStudent, { ...student, scale: 2 }, 'UnknownNameError', 'options.scale'],
  ['createStudent', createStudent, { ...student, inputDim: 1e15 }, 'ValueError', 'shape'],
  [
    'createStudent',
    createStudent,
    { ...student, experts: 1e15, inputDim: 1 },
    'ValueError',
    'size',
  ],
  ['sampleBatch', (teacher) => sampleBatch(teacher, draw), undefined, 'ValueError', 'teacher'],
  ['sampleBatch', (draw) => sampleBatch(teacher, draw), undefined, 'ValueError', 'draw'],
  [
    'sampleBatch',
    (draw) => sampleBatch(teacher, draw),
    { ...draw, std: 1 },
    'UnknownNameError',
    'draw.std',
  ],
  ['sampleBatch', (row) => sampleBatch(teacher, draw, row), -1, 'ValueError', 'firstRow'],
  [
    'createDataset',
    (options) => createDataset(teacher, options),
    undefined,
    'ValueError',
    'options',
  ],
  [
    'createDataset',
    (options) => createDataset(teacher, options),
    { seed: 1 },
    'ValueError',
    'size',
  ],
  [
    'batchOf',
    (dataset) => batchOf(dataset, { seed: 1, batchSize: 1, step: 0 }),
    null,
    'ValueError',
    'dataset',
  ],
  [
    'batchOf',
    (dataset) => batchOf(dataset, { seed: 1, batchSize: 1, step: 0 }),
    { size: 2 },
    'ShapeError',
    'dataset',
  ],
  ['batchOf', (options) => batchOf(points, options), undefined, 'ValueError', 'options'],
  [
    'batchOf',
    (options) => batchOf(points, options),
    { seed: 1, batch: 1, step: 0 },
    'UnknownNameError',
    'options.batch',
  ],
  ['normals', (draw) => normals(draw, 3), undefined, 'ValueError', 'draw'],
  ['permutation', permutation, { seed: 1, stream: 's', epoch: 0 }, 'ValueError', 'size'],
])('%s answers a bad argument (%#)', (_name, call, value, name, field) => {
  const action = () => call(value as never);
  expect(action).toThrow(SoftmoeError);
  expect(action).toThrow(expect.objectContaining({ name, field }));
});

it('options in a variable of their own, whose names TypeScript widens, make teachers and students', () => {
  const kind = { inputDim: 8, gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 }, seed: 1 };
  const correlated = { kind: 'correlated', overlap: 0.3 };
  expect(createTeacher({ ...kind, experts: 2, geometry: correlated }).spec.gate).toBe('sigmoid');
  expect(createStudent({ ...kind, experts: 2, amplitude: 0.1 }).spec.experts).toBe(2);
});
