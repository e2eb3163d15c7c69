import { normals, sampleBatch } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { createPlainBackend } from '../test/plain-backend.ts';
import { wrongBehaviour, wrongOnline } from '../test/wrong-behaviour.ts';
import { wrongNumbers } from '../test/wrong-numbers.ts';
import { wrongSoftmax } from '../test/wrong-softmax.ts';
import { wrongSpan } from '../test/wrong-span.ts';
import type { Backend } from './backend.ts';
import { ConformanceError, conformanceCases } from './conformance.ts';
import { createReferenceBackend } from './reference.ts';
import { spanStep } from './span-step.ts';

const reference = createReferenceBackend();
const draws = { drawBatch: sampleBatch, normals };
const fused: Backend = {
  ...reference,
  info: { ...reference.info, name: 'fused reference', kernels: 'fused' },
  async onlineStep(model, teacher, draw) {
    return reference.lossAndGradient(model, sampleBatch(teacher, draw));
  },
  async spanStep(model, teacher, draw) {
    return spanStep(reference, model, teacher, draw, { batch: sampleBatch, normals });
  },
};
const honest = [reference, createPlainBackend('float64'), createPlainBackend('float32')];

describe.each(honest)('$info.name backend', (backend) => {
  for (const { name, run } of conformanceCases()) it(name, () => run(backend));
});

describe('optional methods', () => {
  const cases = conformanceCases(draws).filter(({ needs }) => needs);
  const { lossAndMoments: _, ...without } = reference;
  const bare = { ...without, info: { ...reference.info, name: 'bare reference' } };
  describe.each([fused, reference, bare])('of the $info.name backend', (backend) => {
    for (const { name, run } of cases) it(name, () => run(backend));
  });
});

describe('the suite', () => {
  it('has a name of its own for every case', () => {
    const names = conformanceCases(draws).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(['onlineStep', 'spanStep'])('tests %s only where it can', (method) => {
    const needs = conformanceCases(draws).filter(({ needs }) => needs === method);
    expect(needs.length).toBeGreaterThan(5);
    expect(conformanceCases().some(({ needs }) => needs)).toBe(false);
  });
});

const allWrong = {
  ...wrongNumbers,
  ...wrongSoftmax,
  ...wrongBehaviour,
  ...wrongOnline,
  ...wrongSpan,
};

describe.each(Object.entries(allWrong))('a backend that %s', (_, [backend, rules]) => {
  const cases = conformanceCases(draws).filter(({ name }) => rules.test(name));

  it('is found out', async () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { run } of cases) {
      const error: unknown = await run(backend).catch((reason) => reason);
      expect(error).toBeInstanceOf(ConformanceError);
      expect(error).toMatchObject({
        field: expect.stringMatching(/./),
        name: 'ConformanceError',
      });
    }
  });
});
