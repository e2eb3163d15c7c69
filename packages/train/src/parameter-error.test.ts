import { addScaled, mapParams, ndarray, ShapeError, ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../fixtures/models.ts';
import { anyDisguise, disguised } from '../fixtures/symmetries.ts';
import { nearestImage, parameterError } from './parameter-error.ts';

const kinds = [
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'probit', expert: { kind: 'hermite', degree: 2 } },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'tanh', expert: { kind: 'series', coefficients: [0, 0, 1, 0, 0.5] } },
  { gate: 'sigmoid', expert: { kind: 'series', coefficients: [0, 1, 1] } },
] as const;

function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((x) => permutations(of.filter((y) => y !== x)).map((rest) => [x, ...rest]));
}

describe.each(kinds)('gate $gate, expert $expert', (kind) => {
  const ofSize = (experts: number) => anyModel({ inputDim: 3, experts, ...kind });

  it('is 0 exactly behind every symmetry', () => {
    fc.assert(
      fc.property(ofSize(4), anyDisguise(4), (teacher, disguise) => {
        expect(parameterError(disguised(teacher, disguise), teacher)).toBe(0);
      }),
    );
  });

  it('is invariant under symmetries of either model, and symmetric', () => {
    fc.assert(
      fc.property(ofSize(4), ofSize(4), anyDisguise(4), (student, teacher, disguise) => {
        const error = parameterError(student, teacher);
        expect(error).toBeGreaterThan(0);
        expect(parameterError(disguised(student, disguise), teacher)).toBe(error);
        expect(parameterError(student, disguised(teacher, disguise))).toBe(error);
        expect(parameterError(teacher, student)).toBe(error);
      }),
    );
  });

  it('is the least over all permutations and sign changes', () => {
    const signs = [false, true].flatMap((router) =>
      [false, true].map((expert) => ({ router, expert })),
    );
    const largest = (x: ReturnType<typeof someModel>, y: typeof x) =>
      Math.max(
        ...Object.values(addScaled(x.params, -1, y.params)).flatMap(({ data }) =>
          Array.from(data, Math.abs),
        ),
      );
    fc.assert(
      fc.property(ofSize(2), ofSize(2), (student, teacher) => {
        const all = permutations([0, 1]).flatMap((order) =>
          signs.flatMap((one) =>
            signs.map((two) => largest(student, disguised(teacher, { order, flips: [one, two] }))),
          ),
        );
        expect(parameterError(student, teacher)).toBe(Math.min(...all));
      }),
      { numRuns: 30 },
    );
  });
});

it('is the size of a small perturbation', () => {
  const teacher = someModel({ inputDim: 6, experts: 5 });
  fc.assert(
    fc.property(
      anyDisguise(5),
      fc.constantFrom('router', 'expert', 'amplitude'),
      fc.nat(4),
      fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
      (disguise, name, entry, size) => {
        const moved = mapParams(teacher.params, ({ shape, data }, of) => ({
          shape,
          data: data.map((x, i) => (of === name && i === entry ? x + size : x)),
        }));
        const student = disguised({ spec: teacher.spec, params: moved }, disguise);
        expect(parameterError(student, teacher)).toBeCloseTo(size, 14);
      },
    ),
  );
});

it('minimises the largest difference where the least sum of differences would not', () => {
  const { spec } = someModel({
    inputDim: 2,
    experts: 2,
    expert: { kind: 'series', coefficients: [0, 1, 1] },
  });
  const model = (expert: number[], amplitude: number[]) => ({
    spec,
    params: {
      router: ndarray([2, 2], [1, 0, 1, 0]),
      expert: ndarray([2, 2], expert),
      amplitude: ndarray([2], amplitude),
    },
  });
  const student = model([1, 0, 0, 1], [0, -0.9]);
  const teacher = model([1, 0, 1, 0], [0, 1]);
  expect(parameterError(student, teacher)).toBe(1);
  expect(nearestImage(teacher, student).unit).toEqual([1, 0]);
});

it("nearestImage is the teacher's function in the student's coordinates", () => {
  fc.assert(
    fc.property(anyDisguise(4), (disguise) => {
      const teacher = someModel({ inputDim: 3, experts: 4 });
      const student = disguised(teacher, disguise);
      const image = nearestImage(teacher, student);
      for (const [name, { data }] of Object.entries(student.params)) {
        expect([...image.model.params[name]!.data]).toEqual([...data]);
      }
      expect(image.unit).toEqual(disguise.order);
      expect(image.error).toBe(0);
    }),
  );
});

it('takes 64 units', () => {
  const teacher = someModel({ inputDim: 8, experts: 64 });
  const order = Array.from({ length: 64 }, (_, i) => (i * 27) % 64);
  const flips = order.map((i) => ({ router: false, expert: i % 3 === 0 }));
  expect(parameterError(disguised(teacher, { order, flips }), teacher)).toBe(0);
});

it('refuses models of different size or kind', () => {
  const student = someModel({ inputDim: 3, experts: 3 });
  const other = (shape: Parameters<typeof someModel>[0]) => () =>
    parameterError(student, someModel(shape));
  expect(other({ inputDim: 3, experts: 2 })).toThrow(ShapeError);
  expect(other({ inputDim: 3, experts: 2 })).toThrow('Prune the student');
  expect(other({ inputDim: 4, experts: 3 })).toThrow(ShapeError);
  expect(other({ inputDim: 3, experts: 3, gate: 'tanh' })).toThrow(ValueError);
  const quadratic = { kind: 'hermite', degree: 2 } as const;
  expect(other({ inputDim: 3, experts: 3, expert: quadratic })).toThrow(ValueError);
  const same = { kind: 'series', coefficients: [0, 0, 0, 1] } as const;
  expect(other({ inputDim: 3, experts: 3, expert: same })()).toBe(0);
});
