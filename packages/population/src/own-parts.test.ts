import {
  createMoE,
  type Expert,
  type Gate,
  type MoE,
  type MoESpec,
  ndarray,
  UnsupportedError,
  ValueError,
} from '@softmoe/model';
import { expertOf, type GatedSpec, gateOf } from '@softmoe/model/checks';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { describe, expect, it, vi } from 'vitest';
import { arctan, hinge, swish } from '../../model/fixtures/own-parts.ts';
import { expectationError, hasClosedForm } from './closed-form.ts';
import { gateMoments } from './gate-moments.ts';
import { population, populationObjective } from './index.ts';
import { pairExpectations } from './pair-expectations.ts';

const cubic = { kind: 'hermite', degree: 3 } as const;

function pair(spec: Pick<MoESpec, 'gate' | 'expert'>, angles: readonly number[]): MoE {
  const rows = angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  return createMoE({ inputDim: 2, experts: 2, routing: 'independent', ...spec } as MoESpec, {
    router: ndarray([2, 2], rows.slice(0, 4)),
    expert: ndarray([2, 2], rows.slice(4)),
    amplitude: ndarray([2], [1, -0.5]),
  });
}

/** E[u₁u₂] over the plane by the trapezoid rule. */
function byTrapezoid({ spec, params }: MoE): number {
  const [g, h] = [gateOf(spec.gate), expertOf(spec.expert)];
  const [v, w] = [params.router.data, params.expert.data];
  const step = 0.1;
  let sum = 0;
  for (let x = -9; x <= 9; x += step) {
    for (let y = -9; y <= 9; y += step) {
      let product = (Math.exp(-0.5 * (x * x + y * y)) * step * step) / (2 * Math.PI);
      for (const i of [0, 2]) {
        product *= g.value(v[i]! * x + v[i + 1]! * y) * h.value(w[i]! * x + w[i + 1]! * y);
      }
      sum += product;
    }
  }
  return sum;
}

const models = (gate: GatedSpec['gate']) => {
  const kind = { inputDim: 9, gate, expert: cubic, seed: 3 };
  return {
    teacher: createTeacher({ ...kind, experts: 2, geometry: { kind: 'random-unit' } }),
    student: createStudent({ ...kind, experts: 4, amplitude: 0.7 }),
  };
};

describe('a gate of one’s own', () => {
  it.each([
    [0, 0.3, 1, 2],
    [0, 0.02, 0.5, -0.4],
    [1.2, -2, 0.1, 3],
  ])('has the expectations of quadrature over the plane at %f, %f, %f, %f', (...angles) => {
    for (const gate of [arctan, { ...gateOf('tanh'), name: 'own' }]) {
      const model = pair({ gate, expert: cubic }, angles);
      expect(Math.abs(pairExpectations(model, model).data[1]! - byTrapezoid(model))).toBeLessThan(
        expectationError(model.spec),
      );
    }
  });

  it.each([
    ...(['sigmoid', 'tanh', 'probit'] as const),
    { name: 'sigmoid', norm: 2 } as const,
    { name: 'probit', norm: 2 } as const,
  ])(
    'computes what the built-in %j does, loss, gradient and curvature, in either variant',
    async (name) => {
      const { hermiteCoefficients: _, singularity: __, ...bare } = gateOf(name);
      const [own, built] = [models({ ...bare, name: 'own' }), models(name)];
      for (const variant of ['float64', 'float64-simd'] as const) {
        const one = await populationObjective(own.teacher, { variant }).evaluate(own.student);
        const two = await populationObjective(built.teacher, { variant }).evaluate(built.student);
        expect(Math.abs(one.loss - two.loss)).toBeLessThan(1e-14);
        one.gradient.router.data.forEach((x, i) => {
          expect(Math.abs(x - two.gradient.router.data[i]!)).toBeLessThan(1e-13);
        });
      }
      const curvature = async ({ teacher, student }: typeof own) =>
        (await population(teacher).curvature(student)).span!.hessian.data;
      const [one, two] = [await curvature(own), await curvature(built)];
      one.forEach((x, i) => {
        expect(Math.abs(x - two[i]!)).toBeLessThan(1e-12);
      });
    },
  );

  it('tells how well its expectations are known', () => {
    const spec = { routing: 'independent', expert: cubic } as const;
    expect(expectationError({ ...spec, gate: 'tanh' })).toBe(0);
    const error = expectationError({ ...spec, gate: arctan });
    expect(error).toBeGreaterThan(1e-16);
    expect(error).toBeLessThan(1e-10);
  });

  it('uses no function of Math whose last bits are open to the engine', () => {
    const { hermiteCoefficients, ...bare } = gateOf('probit');
    const closed = hermiteCoefficients ? { hermiteCoefficients } : {};
    const open = (['exp', 'log', 'pow', 'hypot'] as const).map((name) => vi.spyOn(Math, name));
    for (const gate of [gateOf('tanh'), { ...bare, ...closed }, bare]) {
      const { normalised, bound } = gateMoments({ ...gate, name: 'own' });
      expect(bound(normalised.length)).toBeGreaterThan(0);
    }
    for (const spy of open) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('keeps the coefficients that it gives, if they are those of its value', () => {
    const { hermiteCoefficients, ...bare } = gateOf('probit');
    const given: Gate = { ...bare, name: 'own', hermiteCoefficients: hermiteCoefficients! };
    expect(gateMoments(given).normalised[31]).toBe(hermiteCoefficients!(1, 32)[31]);
    const wrong: Gate = {
      ...given,
      hermiteCoefficients: (sigma, count) =>
        hermiteCoefficients!(sigma, count).map((c, n) => (n === 3 ? c + 1e-6 : c)),
    };
    expect(() => gateMoments(wrong)).toThrow(ValueError);
    expect(() => hasClosedForm({ routing: 'independent', expert: cubic, gate: wrong })).toThrow(
      expect.objectContaining({ field: 'spec.gate.hermiteCoefficients(1, …)[3]' }),
    );
  });

  it.each([
    ['with a kink', hinge, /differ from grid to grid, as at a kink or a jump/],
    [
      'too steep',
      {
        name: 'steep',
        parity: 'odd',
        value: (z: number) => Math.tanh(20 * z),
        derivative: (z: number) => 20 / Math.cosh(20 * z) ** 2,
      } satisfies Gate,
      /of its Hermite series is still/,
    ],
  ])('%s is refused by name', (_, gate, problem) => {
    const { teacher } = models(gate);
    expect(hasClosedForm(teacher.spec)).toBe(false);
    for (let again = 0; again < 2; again++) {
      expect(() => populationObjective(teacher)).toThrow(UnsupportedError);
      expect(() => populationObjective(teacher)).toThrow(problem);
      expect(() => populationObjective(teacher)).toThrow(
        expect.objectContaining({ field: 'spec.gate', value: gate.name }),
      );
    }
  });
});

describe('an expert of one’s own', () => {
  const polynomial: Expert = {
    name: 'mine',
    parity: 'odd',
    value: (z) => z ** 3 - 2 * z,
    derivative: (z) => 3 * z * z - 2,
  };

  it.each([
    ['without coefficients', polynomial],
    ['with them', { ...polynomial, coefficients: [0, 1, 0, Math.sqrt(6)] }],
  ])('that is a polynomial has the expectations of its series, %s', (_, own) => {
    const angles = [0, 0.3, 1, 2];
    const model = pair({ gate: 'sigmoid', expert: own }, angles);
    const coefficients = [0, 1, 0, Math.sqrt(6)];
    const named = pair({ gate: 'sigmoid', expert: { kind: 'series', coefficients } }, angles);
    const expected = pairExpectations(named, named).data;
    pairExpectations(model, model).data.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-12);
    });
  });

  it.each([
    [
      'spec.expert',
      swish,
      /no polynomial, and a Hermite series of degree 6 leaves 0\.0\d+ of its norm/,
    ],
    ['spec.expert', hinge, /it is not smooth, so no polynomial/],
    [
      'teacher.spec.expert.coefficients',
      { ...polynomial, coefficients: [0, 2] },
      /must be those of value/,
    ],
    [
      'teacher.spec.expert.coefficients',
      { ...swish, coefficients: [0.2] },
      /must be those of value/,
    ],
    ['teacher.spec.expert.coefficients', { ...swish, coefficients: [] }, /1 to 7 numbers/],
    ['teacher.spec.expert.coefficients', { ...hinge, coefficients: [1] }, /must be those of value/],
  ])('is refused about %s where it has no exact ones (%o)', (field, expert, problem) => {
    const { teacher } = models('sigmoid');
    const other = { ...teacher, spec: { ...teacher.spec, expert } as MoESpec };
    expect(() => populationObjective(other)).toThrow(problem);
    expect(() => populationObjective(other)).toThrow(expect.objectContaining({ field }));
  });

  it('that is none is told by its best series, which is one that works', () => {
    const { teacher } = models('sigmoid');
    const spec = { ...teacher.spec, expert: swish } as MoESpec;
    expect(hasClosedForm(spec)).toBe(false);
    let remedy = '';
    try {
      populationObjective({ ...teacher, spec });
    } catch (error) {
      remedy = (error as UnsupportedError).remedy;
    }
    const [, list] = /coefficients: \[(.*)\] }/.exec(remedy) ?? [];
    const coefficients = list!.split(', ').map(Number);
    expect(hasClosedForm({ ...spec, expert: { kind: 'series', coefficients } })).toBe(true);
    expect(coefficients[1]).toBeCloseTo(0.5, 6);
  });
});
