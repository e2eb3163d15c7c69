import { createReferenceBackend } from '@softmoe/backend';
import {
  createMoE,
  type Expert,
  type Gram,
  type MoE,
  ShapeError,
  UnsupportedError,
} from '@softmoe/model';
import { mapParams, takeRows } from '@softmoe/model/linalg';
import { prune } from '@softmoe/prune';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { sampleOf, softmaxTeacher } from '../fixtures/samples.ts';
import { candidateGram } from './candidate-gram.ts';
import { sampled } from './sampled.ts';

const teacher = softmaxTeacher(5, 4, 2);

function without(model: MoE, unit: number): MoE {
  const { experts } = model.spec;
  const left = [...Array(experts).keys()].filter((i) => i !== unit);
  const params = mapParams(model.params, (array) => takeRows(array, left));
  return createMoE({ ...model.spec, experts: experts - 1 }, params);
}

function expectSame(actual: Gram, expected: Gram) {
  expect(actual.target).toBeCloseTo(expected.target, 13);
  for (const name of ['students', 'cross'] as const) {
    expect(actual[name].shape).toEqual(expected[name].shape);
    actual[name].data.forEach((x, i) => {
      expect(x).toBeCloseTo(expected[name].data[i]!, 13);
    });
  }
}

describe('Gram data of candidates', () => {
  it.each([1, 255, 256, 700])(
    'is that of each model by itself, in any order, on %d points',
    async (size) => {
      const points = sampleOf(teacher, size);
      const alone = sampled(points, createReferenceBackend());
      const gramOf = candidateGram(points);
      const others = [0, 2, 3].map((unit) => without(teacher, unit));
      for (const model of [teacher, ...others, without(others[0]!, 1), teacher]) {
        expectSame(await gramOf(model), await alone.gram(model));
      }
    },
  );

  it('tells units of equal rows but other experts apart, and units of equal rows but other biases', async () => {
    const points = sampleOf(teacher, 100);
    const gramOf = candidateGram(points);
    const tanh = { ...teacher, spec: { ...teacher.spec, expert: { kind: 'tanh' as const } } };
    const routerBias = { shape: [4], data: Float64Array.of(1, -1, 0, 2) };
    const biased = createMoE(teacher.spec, { ...teacher.params, routerBias });
    const own = (factor: number): MoE => {
      const expert = {
        ...{ name: 'own', parity: 'odd', value: (z: number) => Math.atan(factor * z) },
        derivative: (z: number) => factor / (1 + (factor * z) ** 2),
      } satisfies Expert;
      return { ...teacher, spec: { ...teacher.spec, expert } };
    };
    const alone = sampled(points, createReferenceBackend());
    for (const model of [teacher, tanh, biased, own(1), own(2)]) {
      expectSame(await gramOf(model), await alone.gram(model));
    }
  });

  it('is right where the units left are far below those left out, or far above', async () => {
    const points = sampleOf(teacher, 300);
    const gramOf = candidateGram(points);
    const alone = sampled(points, createReferenceBackend());
    const biased = (...biases: number[]) =>
      createMoE(teacher.spec, {
        ...teacher.params,
        routerBias: { shape: [4], data: Float64Array.from(biases) },
      });
    const dominated = biased(0, 0, 2000, 0);
    for (const model of [dominated, without(dominated, 2), biased(3000, 2999, 0, 3000)]) {
      expectSame(await gramOf(model), await alone.gram(model));
    }
  });

  it('is refused for units with gates of their own', async () => {
    const kind = { inputDim: 6, expert: { kind: 'relu' }, gate: 'tanh', seed: 1 } as const;
    const own = createTeacher({ ...kind, experts: 3, geometry: { kind: 'orthonormal' } });
    await expect(candidateGram(sampleOf(own, 10))(own)).rejects.toThrow(UnsupportedError);
  });

  it('prunes to what one model after another by itself does', async () => {
    const student = createStudent({
      inputDim: 5,
      expert: { kind: 'hermite', degree: 3 },
      routing: 'softmax',
      experts: 7,
      amplitude: 0.5,
      seed: 3,
    });
    const points = sampleOf(teacher, 500);
    const alone = sampled(points, createReferenceBackend());
    const expected = await prune(student, (model) => alone.gram(model));
    const actual = await prune(student, candidateGram(points));
    expect(actual.merged).toEqual(expected.merged);
    expect(actual.curve.map(({ kept }) => kept)).toEqual(expected.curve.map(({ kept }) => kept));
  });

  it('of a model of another input dimension than the points is refused', async () => {
    const gramOf = candidateGram(sampleOf(teacher, 10));
    await expect(gramOf(softmaxTeacher(6, 2, 0))).rejects.toThrow(ShapeError);
  });
});
