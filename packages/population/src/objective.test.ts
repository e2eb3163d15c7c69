import { readFileSync } from 'node:fs';
import { createMoE, loadMoE, type MoE, ndarray, saveMoE } from '@softmoe/model';
import { decodeTensors, encodeTensors } from '@softmoe/model/checks';
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

describe('a model of low precision', () => {
  const { teacher, student } = cases[0]!;
  const exact = modelOf(student);
  /** The file of `exact` with every row longer or shorter by that share, as another program might have written it. */
  const fileOf = (share: number) => {
    const { tensors, metadata } = decodeTensors(saveMoE(exact));
    const router = { ...tensors.router!, data: tensors.router!.data.map((x) => x * (1 + share)) };
    const expert = { ...tensors.expert!, data: tensors.expert!.data.map((x) => x * (1 - share)) };
    return encodeTensors({ ...tensors, router, expert }, metadata);
  };
  const lossOf = async (model: MoE) =>
    (await populationObjective(modelOf(teacher)).evaluate(model, 0)).loss;

  it.each([5e-10, 3e-8, 2e-3])(
    'off by %d has the exact loss to 1e-15 once normalised',
    async (share) => {
      const told: number[] = [];
      const model = loadMoE(fileOf(share), ({ rows, value }) => told.push(rows, value));
      expect(told[0]).toBe(2 * exact.spec.experts);
      expect(told[1]! / share).toBeCloseTo(1, 5);
      expect(Math.abs((await lossOf(model)) - (await lossOf(exact)))).toBeLessThan(1e-15);
    },
  );

  it('is refused where it would have a wrong loss', () => {
    const { tensors } = decodeTensors(fileOf(5e-10));
    const { router, expert } = tensors;
    const params = { ...exact.params, router: router!, expert: expert! };
    expect(() => createMoE(exact.spec, params)).toThrow(/unit vector to rounding/);
    const model = { spec: exact.spec, params };
    expect(() => populationObjective(model)).toThrow(/teacher\.params\.router\[0\]/);
    return expect(lossOf(model)).rejects.toThrow(/model\.params\.router\[0\]/);
  });
});
