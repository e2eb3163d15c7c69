import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, moe, number } from '../test/arbitraries.ts';
import { derivative } from '../test/calculus.ts';
import { expectError } from '../test/expect-error.ts';
import { activationOf } from './expert.ts';
import { forward, lossAndGradient, units } from './forward.ts';
import { gateOf } from './gate.ts';
import { normaliseRows } from './manifold.ts';
import { createMoE, type MoE, type Params, parameterLayout } from './moe.ts';
import { dot, type NDArray, ndarray, row, rowProducts, takeRows } from './ndarray.ts';
import { mapParams } from './params.ts';

/** u_i(x) as docs/theory.md (1) writes it, or π_i(x) h(w_i·x) as (5) does. */
function unit({ spec, params }: MoE, i: number, x: Float64Array): number {
  const { value: h } = activationOf(spec.expert);
  const logit = (l: number) => dot(row(params.router!, l), x);
  const y = h(dot(row(params.expert!, i), x));
  if (spec.routing === 'independent') return gateOf(spec.gate).value(logit(i)) * y;
  const weights = Array.from({ length: spec.experts }, (_, l) =>
    Math.exp(logit(l) + params.routerBias!.data[l]!),
  );
  return (weights[i]! / weights.reduce((sum, e) => sum + e)) * y;
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

/** The same units under softmax routing. */
const shared = createMoE(
  { ...plain.spec, routing: 'softmax' },
  {
    ...plain.params,
    router: ndarray([4, 5], wave(20, 0.7)),
    routerBias: ndarray([4], wave(4, 3.1)),
  },
);

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
    for (const model of [plain, shared]) {
      for (const size of [1, 2, 63, 64, 65, 130]) {
        const x = wave(size * d, 1.7);
        const whole = forward(model, x, size);
        for (let s = 0; s < size; s++) {
          expect(forward(model, x.subarray(s * d, (s + 1) * d), 1)[0]).toBe(whole[s]);
        }
      }
    }
  });

  it('are unchanged by the symmetries of docs/theory.md (6)', () => {
    const flip = ({ shape, data }: NDArray): NDArray => ({ shape, data: data.map((v) => -v) });
    fc.assert(
      fc.property(problem(5), array([6]), (p, { data: translation }) => {
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
        if (spec.routing === 'independent' && gateOf(spec.gate).parity === 'odd') {
          expectNear(f({ router: flip(router), amplitude: flip(amplitude) }), before);
        }
        if (spec.routing === 'softmax') {
          const moved = (name: string) => {
            const { shape, data } = params[name]!;
            const columns = data.length / spec.experts;
            return { shape, data: data.map((v, k) => v + translation[k % columns]!) };
          };
          const translated = { router: moved('router'), routerBias: moved('routerBias') };
          expectNear(f(translated), before);
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
        fc.pre(!isNearKink(p));
        const { gradient } = lossAndGradient(p.model, p.x.data, p.y.data, size);
        expect(Object.keys(gradient)).toEqual(Object.keys(parameterLayout(p.model.spec)));
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

  it.each([
    ['independent', plain],
    ['softmax', shared],
  ])('is the mean over the parts of a batch, whatever their sizes: %s', (_, model) => {
    const d = 5;
    const size = 200;
    const x = wave(size * d, 1.3);
    const y = wave(size, 2.1);
    const whole = lossAndGradient(model, x, y, size);
    for (const cut of [1, 3, 64, 65, 127, 199]) {
      const first = lossAndGradient(model, x.subarray(0, cut * d), y.subarray(0, cut), cut);
      const rest = lossAndGradient(model, x.subarray(cut * d), y.subarray(cut), size - cut);
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

describe('softmax routing', () => {
  const size = 70;
  const x = wave(size * 5, 1.3);
  const y = wave(size, 2.1);
  const change = (params: Params) => createMoE(shared.spec, { ...shared.params, ...params });
  const gates = (model: MoE) =>
    units(
      { ...model, spec: { ...model.spec, expert: { kind: 'series', coefficients: [1] } } },
      x,
      size,
    );

  it('has gates that sum to 1 at every point', () => {
    const pi = gates(shared);
    for (let s = 0; s < size; s++) {
      const sum = pi.subarray(4 * s, 4 * s + 4).reduce((a, b) => a + b);
      expect(sum).toBeCloseTo(1, 14);
    }
  });

  it('is indifferent to a gate in its spec', () => {
    const gated = createMoE({ ...shared.spec, routing: 'softmax', gate: 'tanh' }, shared.params);
    expect(lossAndGradient(gated, x, y, size)).toEqual(lossAndGradient(shared, x, y, size));
  });

  it('has no gradient along the translations of routers and biases', () => {
    const { router, routerBias } = lossAndGradient(shared, x, y, size).gradient;
    expect(routerBias!.data.reduce((a, b) => a + b)).toBeCloseTo(0, 13);
    for (let j = 0; j < 5; j++) {
      expect([0, 1, 2, 3].reduce((sum, i) => sum + router!.data[5 * i + j]!, 0)).toBeCloseTo(0, 13);
    }
  });

  it('of a single unit has gate 1, and exactly no gradient for its router', () => {
    const one = createMoE(
      { ...shared.spec, experts: 1 },
      mapParams(shared.params, (rows) => takeRows(rows, [1])),
    );
    expect(gates(one).every((pi) => pi === 1)).toBe(true);
    const { gradient } = lossAndGradient(one, x, y, size);
    expect(gradient.router!.data.every((g) => g === 0)).toBe(true);
    expect(gradient.routerBias!.data[0]).toBe(0);
    expect(gradient.expert!.data.every((g) => g === 0)).toBe(false);
  });

  it('shares a gate between duplicates by b = −log n, and shuts a unit by a low bias', () => {
    const four = takeRows(ndarray([2, 5], [1, 2, 3, 4, 5, -1, 0, 1, 0, 2]), [0, 1, 1, 0]);
    const router = { shape: [4, 5], data: four.data };
    const model = change({ router, routerBias: ndarray([4], [0.3, 0, -Math.LN2, -800]) });
    const pi = gates(model);
    const pair = createMoE(
      { ...shared.spec, experts: 2 },
      {
        ...mapParams(shared.params, (rows) => takeRows(rows, [0, 1])),
        router: takeRows(router, [0, 1]),
        routerBias: ndarray([2], [0.3, Math.log(1.5)]),
      },
    );
    const expected = gates(pair);
    for (let s = 0; s < size; s++) {
      expect(pi[4 * s]).toBeCloseTo(expected[2 * s]!, 14);
      expect(pi[4 * s + 1]! + pi[4 * s + 2]!).toBeCloseTo(expected[2 * s + 1]!, 14);
      expect(pi[4 * s + 1]).toBeCloseTo(2 * pi[4 * s + 2]!, 14);
      expect(pi[4 * s + 3]).toBe(0);
    }
  });

  it('keeps its bits, or nearly, when huge biases are translated', () => {
    const shifted = (by: number) =>
      change({
        routerBias: ndarray(
          [4],
          shared.params.routerBias!.data.map((b) => b + by),
        ),
      });
    for (const by of [-1e6, 1e6]) {
      gates(shifted(by)).forEach((pi, k) => {
        expect(pi).toBeCloseTo(gates(shared)[k]!, 8);
      });
    }
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

/** Whether a finite difference would meet the kink of a relu. */
function isNearKink({ model, x }: { model: MoE; x: NDArray }): boolean {
  const logits = rowProducts(model.params.expert!, x).data;
  return model.spec.expert.kind === 'relu' && logits.some((z) => Math.abs(z) < 0.01);
}

function expectNear(actual: Float64Array, expected: Float64Array): void {
  const scale = expected.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  actual.forEach((v, k) => {
    expect(Math.abs(v - expected[k]!)).toBeLessThan(1e-10 * scale);
  });
}
