import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, moe, number } from '../test/arbitraries.ts';
import { derivative } from '../test/calculus.ts';
import { expectError } from '../test/expect-error.ts';
import { activationOf } from './expert.ts';
import { forward, lossAndGradient, units } from './forward.ts';
import { gateOf } from './gate.ts';
import { normaliseRows } from './manifold.ts';
import { createMoE, type MoE, type Params } from './moe.ts';
import { dot, type NDArray, ndarray, row, takeRows } from './ndarray.ts';
import { mapParams } from './params.ts';

/** u_i(x) as docs/theory.md (1) writes it. */
function unit(model: MoE, i: number, x: Float64Array): number {
  const { value: g } = gateOf(model.spec.gate);
  const { value: h } = activationOf(model.spec.expert);
  return g(dot(row(model.params.router!, i), x)) * h(dot(row(model.params.expert!, i), x));
}

/** A model of four units in five dimensions with no special values, and inputs to match. */
const wave = (length: number, frequency: number) =>
  Float64Array.from({ length }, (_, k) => 1.5 * Math.sin(frequency * (k + 1) ** 2));
const plain = createMoE(
  {
    inputDim: 5,
    experts: 4,
    gate: 'sigmoid',
    expert: { kind: 'series', coefficients: [0.3, -0.2, 0.5, 1] },
    routing: 'independent',
  },
  {
    router: normaliseRows(ndarray([4, 5], wave(20, 1.1))),
    expert: normaliseRows(ndarray([4, 5], wave(20, 1.9))),
    amplitude: ndarray([4], wave(4, 2.3)),
  },
);

/** A model with a batch: inputs [size, d] and targets [size]. */
function problem(maxSize: number): fc.Arbitrary<{ model: MoE; x: NDArray; y: NDArray }> {
  return fc.tuple(moe(), fc.integer({ min: 1, max: maxSize })).chain(([model, size]) =>
    fc.record({
      model: fc.constant(model),
      x: array([size, model.spec.inputDim]),
      y: array([size]),
    }),
  );
}

const sizeOfBatch = ({ x }: { x: NDArray }) => x.shape[0] ?? 0;

describe('forward and units', () => {
  it('are the sum of the naive unit outputs', () => {
    fc.assert(
      fc.property(problem(9), (p) => {
        const size = sizeOfBatch(p);
        const m = p.model.spec.experts;
        const f = forward(p.model, p.x.data, size);
        const u = units(p.model, p.x.data, size);
        expect([f.length, u.length]).toEqual([size, size * m]);
        for (let s = 0; s < size; s++) {
          let sum = 0;
          let scale = 1;
          for (let i = 0; i < m; i++) {
            const expected = unit(p.model, i, row(p.x, s));
            scale += Math.abs(expected);
            expect(Math.abs(u[s * m + i]! - expected)).toBeLessThan(1e-12 * scale);
            sum += p.model.params.amplitude!.data[i]! * expected;
          }
          expect(Math.abs(f[s]! - sum)).toBeLessThan(1e-11 * scale);
        }
      }),
    );
  });

  it('give every point the same bits alone and in a batch of any size', () => {
    const d = 5;
    for (const size of [1, 2, 63, 64, 65, 130]) {
      const x = wave(size * d, 1.7);
      const whole = forward(plain, x, size);
      for (let s = 0; s < size; s++) {
        expect(forward(plain, x.subarray(s * d, (s + 1) * d), 1)[0]).toBe(whole[s]);
      }
    }
  });

  it('are unchanged by the symmetries of docs/theory.md (6)', () => {
    const flip = ({ shape, data }: NDArray): NDArray => ({ shape, data: data.map((v) => -v) });
    fc.assert(
      fc.property(problem(5), (p) => {
        const { spec, params } = p.model;
        const f = (change: Params) =>
          forward(createMoE(spec, { ...params, ...change }), p.x.data, sizeOfBatch(p));
        const [router, expert, amplitude] = [params.router!, params.expert!, params.amplitude!];
        const { parity } = activationOf(spec.expert);
        const before = f({});
        if (parity === 'odd') {
          expectNear(f({ expert: flip(expert), amplitude: flip(amplitude) }), before);
        }
        if (parity === 'even') expectNear(f({ expert: flip(expert) }), before);
        if (gateOf(spec.gate).parity === 'odd') {
          expectNear(f({ router: flip(router), amplitude: flip(amplitude) }), before);
        }
        const reversed = Array.from({ length: spec.experts }, (_, i) => spec.experts - 1 - i);
        expectNear(f(mapParams(params, (rows) => takeRows(rows, reversed))), before);
      }),
    );
  });
});

describe('lossAndGradient', () => {
  it('has half the mean squared error as its loss', () => {
    fc.assert(
      fc.property(problem(9), (p) => {
        const size = sizeOfBatch(p);
        const f = forward(p.model, p.x.data, size);
        const mean = f.reduce((sum, fs, s) => sum + (fs - p.y.data[s]!) ** 2, 0) / size;
        const { loss } = lossAndGradient(p.model, p.x.data, p.y.data, size);
        expect(Math.abs(loss - mean / 2)).toBeLessThan(1e-12 * (1 + mean));
      }),
    );
  });

  it('has the gradient of that loss, by finite differences in every parameter', () => {
    fc.assert(
      fc.property(problem(3), (p) => {
        const size = sizeOfBatch(p);
        const { gradient } = lossAndGradient(p.model, p.x.data, p.y.data, size);
        expect(Object.keys(gradient)).toEqual(['router', 'expert', 'amplitude']);
        for (const [name, { shape, data }] of Object.entries(gradient)) {
          expect(shape).toEqual(p.model.params[name]!.shape);
          for (let k = 0; k < data.length; k++) {
            const lossAt = (change: number) => {
              const moved = p.model.params[name]!.data.slice();
              moved[k] = moved[k]! + change;
              const params = { ...p.model.params, [name]: { shape, data: moved } };
              return lossAndGradient({ ...p.model, params }, p.x.data, p.y.data, size).loss;
            };
            const scale = 1 + Math.abs(data[k]!) + Math.abs(lossAt(0)) + Math.abs(lossAt(0.1));
            expect(Math.abs(derivative(lossAt, 0, 1e-4) - data[k]!)).toBeLessThan(1e-8 * scale);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the mean over the parts of a batch, whatever their sizes', () => {
    const d = 5;
    const size = 200;
    const x = wave(size * d, 1.3);
    const y = wave(size, 2.1);
    const whole = lossAndGradient(plain, x, y, size);
    for (const cut of [1, 3, 64, 65, 127, 199]) {
      const first = lossAndGradient(plain, x.subarray(0, cut * d), y.subarray(0, cut), cut);
      const rest = lossAndGradient(plain, x.subarray(cut * d), y.subarray(cut), size - cut);
      const mean = (a: number, b: number) => (cut * a + (size - cut) * b) / size;
      expect(mean(first.loss, rest.loss)).toBeCloseTo(whole.loss, 12);
      for (const [name, { data }] of Object.entries(whole.gradient)) {
        const parts = first.gradient[name]!.data.map((a, k) =>
          mean(a, rest.gradient[name]!.data[k]!),
        );
        expectNear(parts, data);
      }
    }
  });

  it('is zero at its own targets', () => {
    fc.assert(
      fc.property(problem(6), ({ model, x }) => {
        const size = sizeOfBatch({ x });
        const { loss, gradient } = lossAndGradient(
          model,
          x.data,
          forward(model, x.data, size),
          size,
        );
        expect(loss).toBe(0);
        for (const { data } of Object.values(gradient)) {
          expect(data.every((g) => g === 0)).toBe(true);
        }
      }),
    );
  });

  it('takes float32 inputs as the same numbers', () => {
    fc.assert(
      fc.property(problem(6), (p) => {
        const [x, y] = [Float32Array.from(p.x.data), Float32Array.from(p.y.data)];
        const size = sizeOfBatch(p);
        const widened = lossAndGradient(p.model, Float64Array.from(x), Float64Array.from(y), size);
        expect(lossAndGradient(p.model, x, y, size)).toEqual(widened);
      }),
    );
  });

  it('stays finite for saturated gates, and leaves its inputs alone', () => {
    fc.assert(
      fc.property(moe(4, 3), fc.constantFrom(-1e3, 1e3), number, (model, scale, target) => {
        const d = model.spec.inputDim;
        const x = Float64Array.from({ length: d }, (_, j) => scale / (j + 1));
        const kept = x.slice();
        const { loss, gradient } = lossAndGradient(model, x, Float64Array.of(target), 1);
        expect(Number.isFinite(loss)).toBe(true);
        for (const { data } of Object.values(gradient)) {
          expect(data.every(Number.isFinite)).toBe(true);
        }
        expect(x).toEqual(kept);
      }),
    );
  });
});

describe('bad inputs are errors', () => {
  const d = 5;
  const x = new Float64Array(2 * d);
  const y = new Float64Array(2);
  const calls = [
    (inputs: Float64Array, size: number) => forward(plain, inputs, size),
    (inputs: Float64Array, size: number) => units(plain, inputs, size),
    (inputs: Float64Array, size: number) => lossAndGradient(plain, inputs, y, size),
  ];

  it.each([0, -1, 1.5, NaN, Infinity])('size %d', (size) => {
    for (const call of calls) {
      expectError(() => call(x, size), 'ValueError', 'size', size, /at least 1/);
    }
  });

  it('lengths', () => {
    for (const call of calls) {
      expectError(() => call(x, 3), 'ShapeError', 'inputs', 2 * d, /\[size, inputDim\]/);
    }
    const action = () => lossAndGradient(plain, x, new Float64Array(3), 2);
    expectError(action, 'ShapeError', 'targets', 3, /one target a point/);
  });

  it('plain arrays', () => {
    const list: Float64Array = JSON.parse('[0, 0]');
    for (const call of calls) {
      expectError(() => call(list, 1), 'ShapeError', 'inputs', [0, 0], /row-major/);
    }
  });
});

function expectNear(actual: Float64Array, expected: Float64Array): void {
  const scale = expected.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  actual.forEach((v, k) => {
    expect(Math.abs(v - expected[k]!)).toBeLessThan(1e-10 * scale);
  });
}
