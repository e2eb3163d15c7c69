import { createMoE, type ExpertSpec, ndarray } from '@softmoe/model';
import type { GatedSpec, GateName, SharedSpec } from '@softmoe/model/checks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from './reference.ts';

const backend = createReferenceBackend();

/** Φ by Simpson's rule. */
const phi = (z: number) => {
  const [steps, h] = [400, z / 400];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * h) ** 2) / 2);
  }
  return 0.5 + (sum * h) / (3 * Math.sqrt(2 * Math.PI));
};
const tanh = (z: number) => (Math.exp(2 * z) - 1) / (Math.exp(2 * z) + 1);

/** Gates and experts written down a second time, straight from their definitions. */
const gates: Readonly<Record<GateName, (z: number) => number>> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh,
  probit: phi,
};

const experts: readonly [ExpertSpec, (z: number) => number][] = [
  [{ kind: 'hermite', degree: 1 }, (z) => z],
  [{ kind: 'hermite', degree: 2 }, (z) => (z * z - 1) / Math.sqrt(2)],
  [{ kind: 'hermite', degree: 3 }, (z) => (z ** 3 - 3 * z) / Math.sqrt(6)],
  [{ kind: 'hermite', degree: 4 }, (z) => (z ** 4 - 6 * z ** 2 + 3) / Math.sqrt(24)],
  [{ kind: 'hermite', degree: 5 }, (z) => (z ** 5 - 10 * z ** 3 + 15 * z) / Math.sqrt(120)],
  [
    { kind: 'hermite', degree: 6 },
    (z) => (z ** 6 - 15 * z ** 4 + 45 * z ** 2 - 15) / Math.sqrt(720),
  ],
  [
    { kind: 'series', coefficients: [0.3, 0, -2, 1] },
    (z) => 0.3 - Math.SQRT2 * (z * z - 1) + (z ** 3 - 3 * z) / Math.sqrt(6),
  ],
  [{ kind: 'relu' }, (z) => (z + Math.abs(z)) / 2],
  [{ kind: 'tanh' }, tanh],
  [{ kind: 'gelu' }, (z) => z * phi(z)],
  [{ kind: 'linear' }, (z) => z],
];

/** v, w (angles, so that rows are unit vectors in the plane), a and b of two units; three points and their targets. */
const thousandths = fc.integer({ min: -2000, max: 2000 }).map((k) => k / 1000);
const numbers = (length: number) => fc.array(thousandths, { minLength: length, maxLength: length });
const setting = fc.record({
  angles: numbers(4),
  amplitude: numbers(2),
  bias: numbers(2),
  inputs: numbers(6),
  targets: numbers(3),
});

/** The two units at x for flat parameters v_1, v_2, w_1, w_2, a and, for softmax, b. */
type Formula = (p: readonly number[], x: readonly number[]) => number[];

const along = (p: readonly number[], k: number, x: readonly number[]) =>
  p[k]! * x[0]! + p[k + 1]! * x[1]!;

const independent =
  (g: (z: number) => number, h: (z: number) => number): Formula =>
  (p, x) =>
    [0, 1].map((i) => g(along(p, 2 * i, x)) * h(along(p, 4 + 2 * i, x)));

/** π_1 = 1/(1 + e^{z_2 − z_1}), π_2 = 1 − π_1. */
const softmax =
  (h: (z: number) => number): Formula =>
  (p, x) => {
    const first = 1 / (1 + Math.exp(along(p, 2, x) + p[11]! - along(p, 0, x) - p[10]!));
    return [first * h(along(p, 4, x)), (1 - first) * h(along(p, 6, x))];
  };

async function checkFormula(
  spec: Pick<GatedSpec, 'gate' | 'routing'> | Pick<SharedSpec, 'routing'>,
  expert: ExpertSpec,
  units: Formula,
): Promise<void> {
  const rows = (angles: number[]) =>
    ndarray(
      [2, 2],
      angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    );
  const property = fc.asyncProperty(setting, async ({ angles, amplitude, bias, ...data }) => {
    const model = createMoE(
      { inputDim: 2, experts: 2, expert, ...spec },
      {
        router: rows(angles.slice(0, 2)),
        expert: rows(angles.slice(2)),
        amplitude: ndarray([2], amplitude),
        ...(spec.routing === 'softmax' ? { routerBias: ndarray([2], bias) } : {}),
      },
    );
    const x = [0, 2, 4].map((k) => data.inputs.slice(k, k + 2));
    const parameters = Object.values(model.params).flatMap((array) => [...array.data]);
    const output = (p: readonly number[], xs: readonly number[]) =>
      units(p, xs).reduce((f, u, i) => f + p[8 + i]! * u, 0);
    const lossAt = (p: readonly number[]) =>
      x.reduce((sum, xs, s) => sum + (output(p, xs) - data.targets[s]!) ** 2 / 6, 0);
    const logits = x.flatMap((xs) => [along(parameters, 4, xs), along(parameters, 6, xs)]);
    fc.pre(expert.kind !== 'relu' || logits.every((z) => Math.abs(z) > 0.01));

    const inputs = Float64Array.from(data.inputs);
    const f = await backend.predict(model, inputs, 3);
    const u = await backend.units(model, inputs, 3);
    x.forEach((xs, s) => {
      expect(f[s]).toBeCloseTo(output(parameters, xs), 9);
      units(parameters, xs).forEach((unit, i) => {
        expect(u[2 * s + i]).toBeCloseTo(unit, 9);
      });
    });

    const targets = Float64Array.from(data.targets);
    const { loss, gradient } = await backend.lossAndGradient(model, { inputs, targets, size: 3 });
    const scale = 1 + lossAt(parameters);
    expect(Math.abs(loss - lossAt(parameters))).toBeLessThan(1e-9 * scale);
    const slopes = Object.values(gradient).flatMap((array) => [...array.data]);
    expect(slopes).toHaveLength(parameters.length);
    slopes.forEach((slope, k) => {
      const moved = (step: number) =>
        lossAt(parameters.map((p, other) => (other === k ? p + step : p)));
      const step = 1e-4;
      const difference =
        (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
      expect(Math.abs(slope - difference)).toBeLessThan(1e-7 * (scale + Math.abs(slope)));
    });
  });
  await fc.assert(property, { numRuns: 25 });
}

const agrees = 'agrees with the naive formula and its finite differences';

describe.each(Object.keys(gates) as GateName[])('%s gate', (gate) => {
  it.each(experts)(`${agrees}: %o`, async (expert, h) => {
    await checkFormula({ gate, routing: 'independent' }, expert, independent(gates[gate], h));
  });
});

describe('softmax routing', () => {
  it.each(experts)(`${agrees}: %o`, async (expert, h) => {
    await checkFormula({ routing: 'softmax' }, expert, softmax(h));
  });
});

it('says what it is, and can be disposed of twice', () => {
  expect(backend.info).toEqual({
    name: 'reference',
    precision: 'float64',
    simd: 'none',
    threads: 1,
    kernels: 'composed',
  });
  const other = createReferenceBackend();
  other.dispose();
  other.dispose();
  expect(other.onlineStep).toBeUndefined();
});
