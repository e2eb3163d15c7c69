import { createMoE, type ExpertSpec, type GateName, type MoE, ndarray } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from './reference.ts';

const backend = createReferenceBackend();

/** Gates and experts written down a second time, straight from their definitions. */
const gates: Readonly<Record<GateName, (z: number) => number>> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: (z) => (Math.exp(2 * z) - 1) / (Math.exp(2 * z) + 1),
  probit: (z) => {
    const [steps, h] = [400, z / 400];
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * Math.exp(-((i * h) ** 2) / 2);
    }
    return 0.5 + (sum * h) / (3 * Math.sqrt(2 * Math.PI));
  },
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
];

/** v, w (angles, so that rows are unit vectors in the plane) and a of two units; three points and their targets. */
const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });
const setting = fc.record({
  angles: numbers(4),
  amplitude: numbers(2),
  inputs: numbers(6),
  targets: numbers(3),
});

function modelOf(gate: GateName, expert: ExpertSpec, angles: number[], a: number[]): MoE {
  const rows = (two: number[]) =>
    ndarray(
      [2, 2],
      two.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    );
  return createMoE(
    { inputDim: 2, experts: 2, gate, expert, routing: 'independent' },
    {
      router: rows(angles.slice(0, 2)),
      expert: rows(angles.slice(2)),
      amplitude: ndarray([2], a),
    },
  );
}

/** Σ_i a_i g(v_i·x) h(w_i·x) for flat parameters v_1, v_2, w_1, w_2, a. */
function formula(g: (z: number) => number, h: (z: number) => number, p: number[], x: number[]) {
  const along = (k: number) => p[k]! * x[0]! + p[k + 1]! * x[1]!;
  return [0, 1].reduce((f, i) => f + p[8 + i]! * g(along(2 * i)) * h(along(4 + 2 * i)), 0);
}

describe.each(Object.keys(gates) as GateName[])('%s gate', (gate) => {
  describe.each(experts)('%o', (spec, h) => {
    it('agrees with the naive formula and its finite differences', async () => {
      const property = fc.asyncProperty(setting, async ({ angles, amplitude, inputs, targets }) => {
        const g = gates[gate];
        const model = modelOf(gate, spec, angles, amplitude);
        const x = [0, 2, 4].map((k) => inputs.slice(k, k + 2));
        const parameters = Object.values(model.params).flatMap(({ data }) => [...data]);
        const lossAt = (p: number[]) =>
          x.reduce((sum, xs, s) => sum + (formula(g, h, p, xs) - targets[s]!) ** 2 / 6, 0);

        const f = await backend.predict(model, Float64Array.from(inputs), 3);
        x.forEach((xs, s) => {
          expect(f[s]).toBeCloseTo(formula(g, h, parameters, xs), 9);
        });
        const u = await backend.units(model, Float64Array.from(inputs), 3);
        const first = formula(g, h, [...parameters.slice(0, 8), 1, 0], x[1]!);
        const second = formula(g, h, [...parameters.slice(0, 8), 0, 1], x[1]!);
        expect(u[2]).toBeCloseTo(first, 9);
        expect(u[3]).toBeCloseTo(second, 9);

        const { loss, gradient } = await backend.lossAndGradient(model, {
          inputs: Float64Array.from(inputs),
          targets: Float64Array.from(targets),
          size: 3,
        });
        const scale = 1 + lossAt(parameters);
        expect(Math.abs(loss - lossAt(parameters))).toBeLessThan(1e-9 * scale);
        const slopes = Object.values(gradient).flatMap(({ data }) => [...data]);
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
    });
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
