import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../../test/models.ts';
import { anyDisguise, disguised } from '../../test/symmetries.ts';
import {
  type MoE,
  ndarray,
  nearestImage,
  parameterError,
  ShapeError,
  ValueError,
} from '../index.ts';
import { addScaled, mapParams, param, paramEntries } from '../linalg/index.ts';

const kinds = [
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'probit', expert: { kind: 'hermite', degree: 2 } },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'tanh', expert: { kind: 'series', coefficients: [0, 0, 1, 0, 0.5] } },
  { gate: 'sigmoid', expert: { kind: 'series', coefficients: [0, 1, 1] } },
  { gate: 'tanh', expert: { kind: 'relu' } },
  { gate: 'sigmoid', expert: { kind: 'tanh' } },
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
      for (const [name, { data }] of paramEntries(student.params)) {
        expect([...param(image.model.params, name).data]).toEqual([...data]);
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

describe.each([
  { kind: 'hermite', degree: 3 },
  { kind: 'gelu' },
  { kind: 'hermite', degree: 2 },
] as const)('softmax routing, expert %o', (expert) => {
  const ofSize = (experts: number) =>
    anyModel({ inputDim: 3, experts, expert, routing: 'softmax' });

  it('is 0 to rounding behind every symmetry, translations among them', () => {
    fc.assert(
      fc.property(ofSize(4), anyDisguise(4), (teacher, disguise) => {
        const student = disguised(teacher, disguise);
        expect(parameterError(student, teacher)).toBeLessThan(1e-14);
        const { model, unit } = nearestImage(teacher, student);
        for (const [name, { data }] of paramEntries(student.params)) {
          data.forEach((x, k) => {
            expect(Math.abs(x - param(model.params, name).data[k]!)).toBeLessThan(1e-14);
          });
        }
        expect([...unit].sort()).toEqual([0, 1, 2, 3]);
      }),
    );
  });

  it('is between the least over all symmetries and twice that, whatever the models', () => {
    const largest = (student: MoE, image: MoE) =>
      paramEntries(student.params).map(([name, { shape, data }]) => {
        const differences = data.map((x, k) => x - param(image.params, name).data[k]!);
        if (name !== 'router' && name !== 'routerBias')
          return Math.max(...differences.map(Math.abs));
        const columns = shape[1] ?? 1;
        const spreads = Array.from({ length: columns }, (_, j) => {
          const column = differences.filter((_, k) => k % columns === j);
          return (Math.max(...column) - Math.min(...column)) / 2;
        });
        return Math.max(...spreads);
      });
    const flips = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
      [1, 2, 4].map((bit) => ({ router: false, expert: (bits & bit) !== 0 })),
    );
    fc.assert(
      fc.property(ofSize(3), ofSize(3), anyDisguise(3), (student, teacher, disguise) => {
        const images = permutations([0, 1, 2]).flatMap((order) =>
          flips.map((some) => disguised(teacher, { order, flips: some })),
        );
        const least = Math.min(...images.map((image) => Math.max(...largest(student, image))));
        const error = parameterError(disguised(student, disguise), teacher);
        expect(error).toBeGreaterThan(least - 1e-14);
        expect(error).toBeLessThan(2 * least + 1e-14);
      }),
      { numRuns: 20 },
    );
  });

  it('is the size of a small perturbation, or half of it for one that a translation shares out', () => {
    const teacher = someModel({ inputDim: 6, experts: 5, expert, routing: 'softmax' });
    fc.assert(
      fc.property(
        anyDisguise(5),
        fc.constantFrom('router', 'expert', 'amplitude', 'routerBias'),
        fc.nat(4),
        fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
        (disguise, name, entry, size) => {
          const moved = mapParams(teacher.params, ({ shape, data }, of) => ({
            shape,
            data: data.map((x, i) => (of === name && i === entry ? x + size : x)),
          }));
          const student = disguised({ spec: teacher.spec, params: moved }, disguise);
          const translated = name === 'router' || name === 'routerBias';
          expect(parameterError(student, teacher)).toBeCloseTo(translated ? size / 2 : size, 13);
        },
      ),
    );
  });
});

it('tells kinds of experts and routing apart, but not the unused gates of softmax routing', () => {
  const shape = { inputDim: 3, experts: 3 };
  const relu = someModel({ ...shape, expert: { kind: 'relu' } });
  const gelu = someModel({ ...shape, expert: { kind: 'gelu' } });
  const linear = someModel({ ...shape, expert: { kind: 'linear' } });
  const first = someModel({ ...shape, expert: { kind: 'hermite', degree: 1 } });
  expect(() => parameterError(relu, gelu)).toThrow(ValueError);
  expect(() => parameterError(relu, linear)).toThrow(ValueError);
  expect(parameterError(relu, relu)).toBe(0);
  expect(parameterError(linear, first)).toBe(0);
  const softmax = someModel({ ...shape, routing: 'softmax' });
  const gated = someModel({ ...shape, routing: 'softmax', gate: 'tanh' });
  expect(parameterError(softmax, gated)).toBe(0);
  expect(() => parameterError(softmax, someModel(shape))).toThrow(ValueError);
  expect(() => parameterError(someModel(shape), softmax)).toThrow(ValueError);
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
