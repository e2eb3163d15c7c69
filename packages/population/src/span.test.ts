import { createMoE, forward, type MoE, ndarray, retract, toSpan } from '@softmoe/model';
import { addScaled, mapParams, normParams, rowProducts } from '@softmoe/model/linalg';
import { createStudent, createTeacher } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationObjective } from './objective.ts';

const options = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;

function pair(
  inputDim: number,
  k: number,
  m: number,
  seed: number,
): { student: MoE; teacher: MoE } {
  return {
    teacher: createTeacher({
      ...options,
      inputDim,
      experts: k,
      geometry: { kind: 'random-unit' },
      seed,
    }),
    student: createStudent({ ...options, inputDim, experts: m, amplitude: 0.3, seed }),
  };
}

const distance = (a: MoE, b: MoE) => normParams(addScaled(a.params, -1, b.params));

describe('toSpan', () => {
  it('keeps loss and gradient, and lift is its inverse, for any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(1000),
        async (d, k, m, seed) => {
          const { student, teacher } = pair(d, k, m, seed);
          const span = toSpan(student, teacher);
          expect(span.basis.shape[0]).toBeLessThanOrEqual(Math.min(d, 2 * (m + k)));
          expect(distance(span.lift(span.student), student)).toBeLessThan(1e-13);
          const there = await populationObjective(teacher).evaluate(student, 0);
          const here = await populationObjective(span.teacher).evaluate(span.student, 0);
          expect(here.loss).toBeCloseTo(there.loss, 12);
          expect(normParams(here.gradient)).toBeCloseTo(normParams(there.gradient), 12);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has an orthonormal basis even when rows coincide or nearly do', () => {
    const { teacher } = pair(40, 3, 1, 7);
    for (const epsilon of [0, 1e-15, 1e-12, 1e-8, 1e-3]) {
      const noise = pair(40, 1, 3, 8).student;
      const params = {
        router: addScaled(teacher.params, epsilon, noise.params).router,
        expert: addScaled(teacher.params, epsilon, noise.params).expert,
        amplitude: teacher.params.amplitude,
      };
      const near = retract(teacher.spec, params);
      const { basis, lift, student } = toSpan(near, teacher);
      const gram = rowProducts(basis, basis);
      const r = basis.shape[0]!;
      gram.data.forEach((x, i) => {
        expect(x).toBeCloseTo(i % (r + 1) === 0 ? 1 : 0, 14);
      });
      expect(distance(lift(student), near)).toBeLessThan(1e-14);
    }
  });

  it('keeps functions of softmax routing, whose rows have any length', () => {
    const kind = { inputDim: 30, expert: { kind: 'gelu' }, routing: 'softmax' } as const;
    const teacher = createTeacher({
      ...kind,
      experts: 2,
      geometry: { kind: 'orthonormal' },
      seed: 1,
    });
    const start = createStudent({ ...kind, experts: 4, seed: 2, amplitude: 1 });
    const router = mapParams(start.params, ({ shape, data }) => ({
      shape,
      data: data.map((v, k) => v * (k % 7)),
    })).router;
    const routerBias = ndarray([4], [0.5, -1, 0, 2]);
    const model = createMoE(start.spec, { ...start.params, router, routerBias });
    const { student, basis, lift } = toSpan(model, teacher);
    const x = Float64Array.from({ length: 30 }, (_, j) => Math.sin(j * j));
    const inside = rowProducts(basis, ndarray([1, 30], x)).data;
    expect(forward(student, inside, 1)[0]).toBeCloseTo(forward(model, x, 1)[0]!, 13);
    expect(distance(lift(student), model)).toBeLessThan(1e-13);
  });

  it('keeps the objective of its teacher from models of other coordinates, also where r = d', async () => {
    const { student, teacher } = pair(4, 2, 2, 3);
    const span = toSpan(student, teacher);
    expect(span.student.spec.inputDim).toBe(4);
    const refused = { name: 'ShapeError', field: 'model.spec.frame' };
    for (const [of, model] of [
      [teacher, span.student],
      [span.teacher, student],
    ] as const) {
      const evaluation = populationObjective(of).evaluate(model, 0);
      await expect(evaluation).rejects.toThrow(expect.objectContaining(refused));
    }
  });

  it('refuses a student and a teacher of different input dimension', () => {
    expect(() => toSpan(pair(5, 1, 1, 0).student, pair(6, 1, 1, 0).teacher)).toThrow(/inputDim/);
  });
});
