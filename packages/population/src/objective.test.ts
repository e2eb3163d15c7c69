import { readFileSync } from 'node:fs';
import { createMoE, type MoE, ndarray } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { populationObjective } from './objective.ts';
import { pairExpectations } from './pair-expectations.ts';

interface Rows {
  readonly router: number[][];
  readonly expert: number[][];
  readonly amplitude: number[];
}

interface ReferenceCase {
  readonly inputDim: number;
  readonly teachers: number;
  readonly students: number;
  readonly teacher: Rows;
  readonly student: Rows;
  readonly gramStudent: number[][];
  readonly gramCross: number[][];
  readonly gramTeacher: number[][];
  readonly loss: number;
  readonly gradient: Rows;
}

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/population.json', import.meta.url), 'utf8'),
) as { cases: ReferenceCase[] };

function modelOf(rows: Rows): MoE {
  const shape = [rows.router.length, rows.router[0]!.length];
  return createMoE(
    {
      inputDim: shape[1]!,
      experts: shape[0]!,
      gate: 'sigmoid',
      expert: { kind: 'hermite', degree: 3 },
      routing: 'independent',
    },
    {
      router: ndarray(shape, rows.router.flat()),
      expert: ndarray(shape, rows.expert.flat()),
      amplitude: ndarray([shape[0]!], rows.amplitude),
    },
  );
}

const distance = (actual: ArrayLike<number>, expected: number[]) =>
  Math.max(...expected.map((x, i) => Math.abs(x - actual[i]!)));

describe.each(cases)('a quadrature at d=$inputDim, k=$teachers, m=$students', (c) => {
  const teacher = modelOf(c.teacher);
  const student = modelOf(c.student);

  it('has the same pair expectations to 1e-14', () => {
    for (const [own, other, expected] of [
      [student, student, c.gramStudent],
      [student, teacher, c.gramCross],
      [teacher, teacher, c.gramTeacher],
    ] as const) {
      expect(distance(pairExpectations(own, other).data, expected.flat())).toBeLessThan(1e-14);
    }
  });

  it('has the same loss and gradient to 1e-14', async () => {
    const { loss, gradient } = await populationObjective(teacher).evaluate(student, 0);
    expect(Math.abs(loss - c.loss)).toBeLessThan(1e-14);
    for (const name of ['router', 'expert', 'amplitude'] as const) {
      expect(distance(gradient[name]!.data, c.gradient[name].flat())).toBeLessThan(1e-14);
    }
  });
});
