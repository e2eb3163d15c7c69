import { createMoE, forward, type MoE, ndarray, ShapeError } from '@softmoe/model';
import { dot, frameOf, identity, mapParams, row, takeRows } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, type Shape, someModel, specOf } from '../../model/test/models.ts';
import { anyDisguise, disguised } from '../../model/test/symmetries.ts';
import { alignment, overlaps } from './alignment.ts';

const d = 4;
const kinds: Pick<Shape, 'gate' | 'expert' | 'routing'>[] = [
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 2 } },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 4 } },
  { gate: 'probit', expert: { kind: 'series', coefficients: [0, 1, 1] } },
  { gate: 'sigmoid', expert: { kind: 'relu' } },
  { gate: 'tanh', expert: { kind: 'tanh' } },
  { routing: 'softmax', expert: { kind: 'hermite', degree: 3 } },
  { routing: 'softmax', expert: { kind: 'gelu' } },
  { routing: 'softmax', expert: { kind: 'linear' } },
];

/** The best sum of scores over all one-to-one choices of a student for each teacher, by trying them all. */
function bestSum(scores: readonly (readonly number[])[], taken = new Set<number>(), j = 0): number {
  const k = scores[0]!.length;
  if (j === k || taken.size === scores.length) return 0;
  const options = scores.map((of, i) =>
    taken.has(i) ? -Infinity : of[j]! + bestSum(scores, new Set([...taken, i]), j + 1),
  );
  if (scores.length - taken.size < k - j) options.push(bestSum(scores, taken, j + 1));
  return Math.max(...options);
}

/** Whether no softmax router is so near the mean, weighted by softmax(b), that rounding has a say in its direction. */
function routersDiffer({ spec, params }: MoE): boolean {
  if (spec.routing === 'independent') return true;
  const weights = params.routerBias!.data.map(Math.exp);
  const total = weights.reduce((a, b) => a + b);
  const rows = Array.from(weights, (_, i) => row(params.router, i));
  return rows.every((v) => {
    const difference = v.map((x, j) =>
      rows.reduce((rest, other, l) => rest - (weights[l]! / total) * other[j]!, x),
    );
    return Math.hypot(...difference) > 0.01;
  });
}

it('overlaps are W W*ᵀ and V V*ᵀ', () => {
  const student = someModel({ inputDim: d, experts: 3 }, 1);
  const teacher = someModel({ inputDim: d, experts: 2 }, 2);
  const { expert, router } = overlaps(student, teacher);
  expect(expert.shape).toEqual([3, 2]);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 2; j++) {
      const of = (name: 'router' | 'expert') =>
        dot(row(student.params[name], i), row(teacher.params[name], j));
      expect(expert.data[i * 2 + j]).toBeCloseTo(of('expert'), 14);
      expect(router.data[i * 2 + j]).toBeCloseTo(of('router'), 14);
    }
  }
});

it('overlaps refuses models of different inputs', () => {
  const student = someModel({ inputDim: 3, experts: 2 });
  const teacher = someModel({ inputDim: 4, experts: 2 });
  expect(() => overlaps(student, teacher)).toThrow(ShapeError);
});

describe.each(kinds)('alignment with $routing gate $gate and expert $expert', (kind) => {
  const ofSize = (experts: number) => anyModel({ inputDim: d, experts, ...kind });

  it('finds a teacher behind any of its disguises', () => {
    fc.assert(
      fc.property(ofSize(4), anyDisguise(4), (teacher, disguise) => {
        fc.pre(routersDiffer(teacher));
        const student = disguised(teacher, disguise);
        const points = Float64Array.from({ length: 5 * d }, (_, i) => Math.sin(3 * i + 1));
        forward(student, points, 5).forEach((y, s) => {
          expect(y).toBeCloseTo(forward(teacher, points, 5)[s]!, 8);
        });
        const found = alignment(student, teacher);
        found.expert.forEach((x) => {
          expect(x).toBeCloseTo(1, 10);
        });
        found.router.forEach((x) => {
          expect(x).toBeCloseTo(1, 10);
        });
      }),
    );
  });

  it("doesn't change with the student's disguise", () => {
    fc.assert(
      fc.property(ofSize(5), anyDisguise(5), ofSize(3), (student, disguise, teacher) => {
        fc.pre(routersDiffer(student) && routersDiffer(teacher));
        const score = (of: ReturnType<typeof alignment>) =>
          [...of.expert, ...of.router].reduce((sum, x) => sum + x, 0);
        expect(score(alignment(disguised(student, disguise), teacher))).toBeCloseTo(
          score(alignment(student, teacher)),
          10,
        );
      }),
    );
  });
});

it.each([
  [5, 2],
  [3, 3],
  [2, 4],
])('of %i students and %i teachers is the best one-to-one matching', (m, k) => {
  const student = anyModel({ inputDim: d, experts: m });
  const teacher = anyModel({ inputDim: d, experts: k });
  fc.assert(
    fc.property(student, teacher, (s, t) => {
      const { expert, router } = overlaps(s, t);
      const scores = Array.from({ length: m }, (_, i) =>
        Array.from({ length: k }, (_unused, j) => {
          const sign = Math.sign(s.params.amplitude.data[i]! * t.params.amplitude.data[j]!);
          return sign * expert.data[i * k + j]! + router.data[i * k + j]!;
        }),
      );
      const found = alignment(s, t);
      const sum = [...found.expert, ...found.router].reduce((total, x) => total + x, 0);
      expect(sum).toBeCloseTo(bestSum(scores), 10);
      const matched = found.student.filter((i) => i >= 0);
      expect(new Set(matched).size).toBe(Math.min(m, k));
      expect(matched.length).toBe(Math.min(m, k));
      found.student.forEach((i, j) => {
        if (i < 0) expect([found.expert[j], found.router[j]]).toEqual([0, 0]);
        else expect(found.expert[j]! + found.router[j]!).toBeCloseTo(scores[i]![j]!, 10);
      });
    }),
  );
});

it('overlaps refuses models of different frames, of as many coordinates or not', () => {
  const model = someModel({ inputDim: d, experts: 2 });
  const inside = frameOf(identity(d)).lower(model);
  for (const [student, teacher] of [
    [inside, model],
    [model, inside],
  ] as const) {
    expect(() => overlaps(student, teacher)).toThrow(ShapeError);
    expect(() => overlaps(student, teacher)).toThrow(/^teacher\.spec\.frame/);
  }
  expect(overlaps(inside, inside).router.data[0]).toBeCloseTo(1, 14);
});

describe('the signs of overlaps', () => {
  const unit = (a: number, w: number, v: number, kind: (typeof kinds)[number]) =>
    createMoE(specOf({ inputDim: 2, experts: 1, ...kind }), {
      router: ndarray([1, 2], [v, 0]),
      expert: ndarray([1, 2], [0, w]),
      amplitude: ndarray([1], [a]),
    });
  const found = (student: [number, number, number], kind: (typeof kinds)[number]) => {
    const { expert, router } = alignment(unit(...student, kind), unit(1, 1, 1, kind));
    return [expert[0], router[0]];
  };
  const [odd, even, oddGate, , neither] = kinds;

  it('of an odd expert follow the amplitudes', () => {
    expect(found([1, 1, 1], odd!)).toEqual([1, 1]);
    expect(found([-1, -1, 1], odd!)).toEqual([1, 1]);
    expect(found([1, -1, 1], odd!)).toEqual([-1, 1]);
    expect(found([-1, 1, 1], odd!)).toEqual([-1, 1]);
  });

  it('of an even expert are free', () => {
    expect(found([1, -1, 1], even!)).toEqual([1, 1]);
    expect(found([-1, -1, 1], even!)).toEqual([1, 1]);
  });

  it('of an odd gate and an odd expert are free together, bound by the amplitude', () => {
    expect(found([1, -1, -1], oddGate!)).toEqual([1, 1]);
    expect(found([-1, 1, -1], oddGate!)).toEqual([1, 1]);
    expect(found([-1, -1, 1], oddGate!)).toEqual([1, 1]);
    expect(found([-1, -1, -1], oddGate!).reduce((sum, x) => sum! + x!, 0)).toBe(0);
  });

  it('without a symmetry are as they are', () => {
    expect(found([1, -1, 1], neither!)).toEqual([-1, 1]);
    expect(found([-1, 1, 1], neither!)).toEqual([1, 1]);
  });
});

it('alignment is exact for the same function with duplicates in unequal numbers and a dead unit', () => {
  const teacher = someModel({ inputDim: 4, experts: 3, routing: 'softmax' });
  const copies = [2, 0, 0, 1, 0, 1];
  const shares = [1, 0.5, 0.2, 0.75, 0.3, 0.25];
  const doubled = mapParams(teacher.params, (array) => takeRows(array, copies));
  const routerBias = doubled.routerBias!.data.map((b, i) => b + Math.log(shares[i]!) + 5);
  const router = doubled.router.data.map((v, k) => v + Math.sin(k % 4));
  const axis = [0, 0, 0, 1];
  const student = createMoE(
    { ...teacher.spec, experts: 7 },
    {
      router: ndarray([7, 4], [...router, 9, -9, 9, 9]),
      expert: ndarray([7, 4], [...doubled.expert.data, ...axis]),
      amplitude: ndarray([7], [...doubled.amplitude.data, 1]),
      routerBias: ndarray([7], [...routerBias, -300]),
    },
  );
  const found = alignment(student, teacher);
  for (const x of [...found.expert, ...found.router]) expect(x).toBeCloseTo(1, 12);
  expect(found.student.map((i) => copies[i])).toEqual([0, 1, 2]);
});
