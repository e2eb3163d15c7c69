import { createMoE, type MoE, ndarray } from '@softmoe/model';
import { takeRows } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { identifiability } from './identifiability.ts';
import { createTeacher, type TeacherOptions } from './teachers.ts';

const teacherOf = (options: Partial<TeacherOptions> = {}) =>
  createTeacher({
    inputDim: 8,
    experts: 3,
    gate: 'sigmoid',
    expert: { kind: 'hermite', degree: 3 },
    geometry: { kind: 'random-unit' },
    seed: 1,
    ...options,
  } as TeacherOptions);

/** `model` with the router and the expert row of each unit taken from those of these numbers. */
function withRows({ spec, params }: MoE, routers: number[], experts: number[]): MoE {
  return createMoE(spec, {
    ...params,
    router: takeRows(params.router, routers),
    expert: takeRows(params.expert, experts),
  });
}

describe('the identifiability of a teacher', () => {
  it('is unique where router lines differ and the functions of the experts are independent', () => {
    for (const gate of ['sigmoid', 'tanh'] as const) {
      const orthonormal = identifiability(teacherOf({ gate, geometry: { kind: 'orthonormal' } }));
      expect(orthonormal.kind).toBe('unique');
      expect(orthonormal.value).toBeCloseTo(1, 12);
    }
    // (w_i·w_j)³ = 0.9³ off the diagonal of a [3, 3] matrix: the least eigenvalue is 1 − 0.729.
    const correlated = identifiability(
      teacherOf({ geometry: { kind: 'correlated', overlap: 0.9 } }),
    );
    expect(correlated.value).toBeCloseTo(0.271, 9);
  });

  it('names the two units whose routers lie on one line, in either direction', () => {
    const teacher = teacherOf();
    const same = withRows(teacher, [0, 1, 1], [0, 1, 2]);
    expect(identifiability(same)).toEqual({ kind: 'router-lines', value: 0, units: [2, 3] });
    const data = same.params.router.data.map((x, at) => (at >= 16 ? -x : x));
    const opposite = createMoE(same.spec, { ...same.params, router: ndarray([3, 8], data) });
    expect(identifiability(opposite)).toMatchObject({ kind: 'router-lines', units: [2, 3] });
  });

  it('is not shown where functions of the experts depend on each other', () => {
    const teacher = teacherOf();
    expect(identifiability(withRows(teacher, [0, 1, 2], [0, 1, 1]))).toEqual({
      kind: 'expert-functions',
      value: expect.closeTo(0, 12),
    });
    // In two dimensions He₃(w·x) spans 4 functions, whatever the directions: a fifth is dependent.
    const four = identifiability(teacherOf({ inputDim: 2, experts: 4 }));
    expect(four.kind).toBe('unique');
    expect(identifiability(teacherOf({ inputDim: 2, experts: 5 })).kind).toBe('expert-functions');
  });

  it('counts all degrees of a series', () => {
    const expert = { kind: 'series', coefficients: [0, 0, 0, 1, 1] } as const;
    expect(identifiability(teacherOf({ inputDim: 2, experts: 5, expert })).kind).toBe('unique');
  });

  it('is unproved for gates, experts and routing that the argument does not cover, by name', () => {
    expect(identifiability(teacherOf({ gate: 'probit' }))).toEqual({
      kind: 'unproved',
      value: 'probit',
    });
    expect(identifiability(teacherOf({ expert: { kind: 'relu' } })).value).toBe('relu');
    const { gate: _, ...spec } = teacherOf().spec;
    const softmax = createMoE(
      { ...spec, routing: 'softmax' },
      { ...teacherOf().params, routerBias: ndarray([3], [0, 0, 0]) },
    );
    expect(identifiability(softmax)).toEqual({ kind: 'unproved', value: 'softmax' });
  });

  it('is unique for a single unit', () => {
    expect(identifiability(teacherOf({ experts: 1, inputDim: 1 }))).toEqual({
      kind: 'unique',
      value: 1,
    });
  });
});
