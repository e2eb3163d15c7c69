import { createReferenceBackend } from '@softmoe/backend';
import { createMoE, parameterError } from '@softmoe/model';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { adam, descend, run, type TrainRecord } from '@softmoe/train';
import { expect, it } from 'vitest';
import { sampled } from './sampled.ts';
import { freshBatches } from './source.ts';

const kind = {
  inputDim: 6,
  expert: { kind: 'hermite', degree: 3 },
  routing: 'softmax',
} as const;

it('online training recovers a softmax teacher, its router difference and its bias', async () => {
  const { spec, params } = createTeacher({
    ...kind,
    experts: 2,
    geometry: { kind: 'orthonormal' },
    seed: 3,
  });
  const routerBias = { shape: [2], data: Float64Array.of(0.4, -0.4) };
  const teacher = createMoE(spec, { ...params, routerBias });
  const student = createStudent({ ...kind, experts: 2, seed: 1, amplitude: 0.5 });
  const batches = freshBatches(teacher, { batchSize: 256, seed: 0 });
  const { objective } = sampled(batches, createReferenceBackend());
  const records: TrainRecord[] = [];
  const learn = run(descend(adam({ learningRate: 0.02 }), objective), {
    start: student,
    until: { steps: 1500 },
    record: { teacher, every: 1500 },
  });
  for await (const record of learn) records.push(record);
  const [first, last] = [records[0]!, records.at(-1)!];
  expect(last.loss).toBeLessThan(1e-3 * first.loss);
  for (const x of [...last.alignment!.expert, ...last.alignment!.router]) {
    expect(x).toBeGreaterThan(0.99);
  }
  expect(parameterError(last.state.model, teacher)).toBeLessThan(0.05);
});
