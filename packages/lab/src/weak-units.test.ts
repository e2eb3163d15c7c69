import { createReferenceBackend } from '@softmoe/backend';
import { certify } from '@softmoe/certify';
import { createMoE, ndarray } from '@softmoe/model';
import { sampled } from '@softmoe/sampled';
import { createDataset, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { runPipeline } from './pipeline.ts';
import { summaryOf } from './result.ts';
import { resultFormat } from './result-schema.ts';

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

it('a run that misses a teacher expert of 1e-14 of the loss is not certified, and says which and why', async () => {
  const config = { teachers: 2, students: 10, inputDim: 64, amplitudeSpread: 1e7 };
  const result = await runPipeline(config);
  expect(result.recovered).toBe(1);
  expect(result.certificate.verdict).toBe('nonzero-loss');
  const [missed] = result.missing;
  expect(missed).toMatchObject({ teacherExpert: 2, matched: false });
  expect(missed!.share! / 1e-14).toBeCloseTo(1, 2);
  expect(result.advice[0]).toEqual({
    kind: 'weak-teacher',
    value: missed!.share,
    teacherExpert: 2,
  });
  expect(result.identifiability!.kind).toBe('unique');
  const summary = summaryOf(result);
  const read = resultFormat.schema.safeParse(JSON.parse(JSON.stringify(summary)));
  expect(read).toEqual({ success: true, data: summary });
});

it('results that were written before units and identifiability were looked at are read as they are', async () => {
  const { identifiability: _, ...result } = summaryOf(
    await runPipeline({ teachers: 1, students: 2, inputDim: 16, train: { time: 20 } }),
  );
  const { units: __, ...certificate } = result.certificate;
  const old = { ...result, certificate };
  const read = resultFormat.schema.safeParse(JSON.parse(JSON.stringify(old)));
  expect(read).toEqual({ success: true, data: old });
});

it('a missed expert that weighs as much as the others is no weak one', async () => {
  const { missing, advice } = await runPipeline({ teachers: 3, students: 2, inputDim: 16 });
  expect(missing.length).toBeGreaterThan(0);
  expect(advice.map(({ kind }) => kind)).not.toContain('weak-teacher');
  for (const { share } of missing) expect(share).toBeCloseTo(1 / 3, 1);
});
