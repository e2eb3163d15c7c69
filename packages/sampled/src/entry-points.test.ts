import { createReferenceBackend } from '@softmoe/backend';
import { type MoE, SoftmoeError } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
import { expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { freshBatches, sampled, shuffledBatches } from './index.ts';

const model = someModel({ inputDim: 4, experts: 3 });
const long: MoE = { spec: model.spec, params: scaleParams(2, model.params) };
const points = { inputs: new Float64Array(8), targets: new Float64Array(2), size: 2 };
const online = { batchSize: 4, seed: 1 };

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['freshBatches', (teacher) => freshBatches(teacher, online), undefined, 'ValueError', 'teacher'],
  [
    'freshBatches',
    (teacher) => freshBatches(teacher, online),
    long,
    'ValueError',
    'teacher.params.router[0]',
  ],
  [
    'sampled',
    (backend) => sampled(freshBatches(model, online), backend),
    undefined,
    'ValueError',
    'backend.lossAndGradient',
  ],
  ['freshBatches', (options) => freshBatches(model, options), undefined, 'ValueError', 'options'],
  [
    'freshBatches',
    (options) => freshBatches(model, options),
    { ...online, std: 1 },
    'UnknownNameError',
    'options.std',
  ],
  [
    'shuffledBatches',
    (points) => shuffledBatches(points, online),
    undefined,
    'ValueError',
    'points',
  ],
  ['sampled', (backend) => sampled(points, backend), {}, 'ValueError', 'backend.lossAndGradient'],
  [
    'shuffledBatches',
    (options) => shuffledBatches(points, options),
    { ...online, batch: 1 },
    'UnknownNameError',
    'options.batch',
  ],
  [
    'sampled',
    (points) => sampled(points, createReferenceBackend()),
    {},
    'ValueError',
    'points.size',
  ],
])('%s answers a bad argument (%#)', async (_name, call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});
