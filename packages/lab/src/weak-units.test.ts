import { createReferenceBackend } from '@softmoe/backend';
import { certify } from '@softmoe/certify';
import { createMoE, ndarray } from '@softmoe/model';
import { sampled } from '@softmoe/sampled';
import { createDataset, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';

it('a weak unit among gates that compete is certified where it is recovered', async () => {
  const drawn = createTeacher({
    inputDim: 6,
    experts: 2,
    routing: 'softmax',
    expert: { kind: 'hermite', degree: 3 },
    geometry: { kind: 'random-unit' },
    seed: 1,
  });
  for (const [weak, verdict] of [
    [1, 'certified'],
    [1e-5, 'certified'],
    [1e-14, 'unresolved'],
  ] as const) {
    const amplitude = ndarray([2], [1, weak]);
    const teacher = createMoE(drawn.spec, { ...drawn.params, amplitude });
    const points = createDataset(teacher, { seed: 2, size: 4000, stream: 'finetune/sample' });
    const estimator = sampled(points, createReferenceBackend());
    const certificate = await certify(teacher, estimator, { target: teacher });
    expect(certificate.verdict).toBe(verdict);
  }
});
