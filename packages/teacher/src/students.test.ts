import { type ExpertSpec, ValueError } from '@softmoe/model';
import { rowProducts } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStudent, type StudentOptions } from './students.ts';
import { createTeacher } from './teachers.ts';

const base: StudentOptions = {
  inputDim: 30,
  experts: 10,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  seed: 1,
  amplitude: 1e-3,
};

const optionsArbitrary: fc.Arbitrary<StudentOptions> = fc.record({
  inputDim: fc.integer({ min: 2, max: 60 }),
  experts: fc.integer({ min: 1, max: 90 }),
  gate: fc.constantFrom('sigmoid' as const, 'probit' as const, 'tanh' as const),
  expert: fc.integer({ min: 1, max: 6 }).map((degree): ExpertSpec => ({ kind: 'hermite', degree })),
  seed: fc.maxSafeNat(),
  amplitude: fc.double({ min: 1e-6, max: 10, noNaN: true }),
});

describe('a created student', () => {
  it('has unit rows to 1e-12 and amplitudes of the size asked for', () => {
    fc.assert(
      fc.property(optionsArbitrary, (options) => {
        const { params } = createStudent(options);
        const m = options.experts;
        for (const rows of [params.router, params.expert]) {
          const products = rowProducts(rows, rows).data;
          for (let i = 0; i < m; i++)
            expect(Math.abs(products[i * (m + 1)]! - 1)).toBeLessThan(1e-12);
        }
        expect(params.amplitude.data.every((a) => Math.abs(a) === options.amplitude)).toBe(true);
      }),
    );
  });

  it('has the same bits for the same options and others for another seed', () => {
    fc.assert(
      fc.property(optionsArbitrary, (options) => {
        const student = createStudent(options);
        expect(createStudent({ ...options })).toEqual(student);
        const other = createStudent({ ...options, seed: (options.seed + 1) % 2 ** 53 });
        expect(other.params.router).not.toEqual(student.params.router);
        expect(other.params.expert).not.toEqual(student.params.expert);
      }),
    );
  });

  it('has units that do not depend on how many there are', () => {
    const even: StudentOptions = { ...base, expert: { kind: 'hermite', degree: 2 } };
    const few = createStudent(even);
    const more = createStudent({ ...even, experts: 25 });
    for (const name of ['router', 'expert', 'amplitude'] as const) {
      const { data } = few.params[name];
      expect(more.params[name].data.slice(0, data.length)).toEqual(data);
    }
  });

  it.each<[string, ExpertSpec]>([
    ['Hermite degree 1', { kind: 'hermite', degree: 1 }],
    ['Hermite degree 3', { kind: 'hermite', degree: 3 }],
    ['an odd series', { kind: 'series', coefficients: [0, 0.6, 0, 0.8] }],
  ])('starts with positive amplitudes for odd experts: %s', (_, expert) => {
    const { data } = createStudent({ ...base, expert, experts: 50 }).params.amplitude;
    expect(data.every((a) => a === base.amplitude)).toBe(true);
  });

  it.each<[string, ExpertSpec]>([
    ['Hermite degree 2', { kind: 'hermite', degree: 2 }],
    ['Hermite degree 4', { kind: 'hermite', degree: 4 }],
    ['a series of no parity', { kind: 'series', coefficients: [0, 1, 1] }],
  ])('starts with random signs for all others: %s', (_, expert) => {
    const experts = 1000;
    const { data } = createStudent({ ...base, expert, experts }).params.amplitude;
    const positive = data.filter((a) => a > 0).length;
    expect(Math.abs(2 * positive - experts) / Math.sqrt(experts)).toBeLessThan(3.5);
  });

  it('is independent of the teacher of the same seed, and its routers of its experts', () => {
    const [inputDim, experts] = [900, 40];
    const student = createStudent({ ...base, inputDim, experts });
    const { amplitude: _, ...common } = base;
    const teacher = createTeacher({
      ...common,
      inputDim,
      experts,
      geometry: { kind: 'random-unit' },
    });
    const pairs = [
      [student.params.router, student.params.expert],
      [student.params.router, teacher.params.router],
      [student.params.router, teacher.params.expert],
      [student.params.expert, teacher.params.router],
      [student.params.expert, teacher.params.expert],
    ] as const;
    for (const [a, b] of pairs) {
      const scaled = rowProducts(a, b).data.map((x) => x * Math.sqrt(inputDim));
      expect(Math.max(...scaled.map(Math.abs))).toBeLessThan(4.8);
    }
  });

  it('starts under softmax routing from the same units, all gates equal at the origin', () => {
    const { gate: _, ...rest } = base;
    const student = createStudent({ ...rest, routing: 'softmax' });
    const routerBias = { shape: [10], data: new Float64Array(10) };
    expect(student.params).toEqual({ ...createStudent(base).params, routerBias });
    expect(student.spec).toMatchObject({ routing: 'softmax', inputDim: 30, experts: 10 });
    expect(createStudent({ ...base, routing: 'softmax' }).params).toEqual(student.params);
  });

  it.each<[ExpertSpec, boolean]>([
    [{ kind: 'tanh' }, true],
    [{ kind: 'linear' }, true],
    [{ kind: 'relu' }, false],
    [{ kind: 'gelu' }, false],
  ])('starts with positive amplitudes for %o: %s', (expert, positive) => {
    const { data } = createStudent({ ...base, expert, experts: 50 }).params.amplitude;
    expect(data.every((a) => a > 0)).toBe(positive);
  });

  it.each([0, -1e-3, Number.NaN, Number.POSITIVE_INFINITY])(
    'of amplitude %d is refused',
    (amplitude) => {
      const call = () => createStudent({ ...base, amplitude });
      expect(call).toThrow(ValueError);
      expect(call).toThrow(/^amplitude: /);
    },
  );

  it('of a bad seed, inputDim or number of experts is refused', () => {
    expect(() => createStudent({ ...base, seed: 1.5 })).toThrow(/^seed: /);
    expect(() => createStudent({ ...base, inputDim: 0 })).toThrow(/^spec.inputDim: /);
    expect(() => createStudent({ ...base, experts: -2 })).toThrow(/^spec.experts: /);
  });
});
