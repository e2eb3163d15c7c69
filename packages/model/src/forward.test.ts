import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array } from '../test/arbitraries.ts';
import { expectNear, plain, problem, shared, sizeOfBatch, wave } from '../test/batches.ts';
import { expectError } from '../test/expect-error.ts';
import type { Objective } from './contracts.ts';
import { expertOf } from './expert.ts';
import { forward, lossAndGradient, nullLoss, units } from './forward.ts';
import { gateOf } from './gate.ts';
import { row, takeRows } from './linalg/rows.ts';
import { dot } from './linalg/vectors.ts';
import { createMoE, param } from './moe.ts';
import type { NDArray } from './ndarray.ts';
import { mapParams } from './params.ts';
import type { MoE, ParameterName, Params } from './spec.ts';

/** u_i(x) as docs/theory.md (1) writes it, or π_i(x) h(w_i·x) as (5) does. */
function unit({ spec, params }: MoE, i: number, x: Float64Array): number {
  const { value: h } = expertOf(spec.expert);
  const logit = (l: number) => dot(row(params.router, l), x);
  const y = h(dot(row(params.expert, i), x));
  if (spec.routing === 'independent') return gateOf(spec.gate).value(logit(i)) * y;
  const weights = Array.from({ length: spec.experts }, (_, l) =>
    Math.exp(logit(l) + params.routerBias!.data[l]!),
  );
  return (weights[i]! / weights.reduce((sum, e) => sum + e)) * y;
}

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
            sum += p.model.params.amplitude.data[i]! * expected;
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
        const f = (change: Partial<Params>) =>
          forward(createMoE(spec, { ...params, ...change }), p.x.data, sizeOfBatch(p));
        const [router, expert, amplitude] = [params.router, params.expert, params.amplitude];
        const { parity } = expertOf(spec.expert);
        const before = f({});
        if (parity === 'odd') {
          expectNear(f({ expert: flip(expert), amplitude: flip(amplitude) }), before);
        }
        if (parity === 'even') expectNear(f({ expert: flip(expert) }), before);
        if (spec.routing === 'independent' && gateOf(spec.gate).parity === 'odd') {
          expectNear(f({ router: flip(router), amplitude: flip(amplitude) }), before);
        }
        if (spec.routing === 'softmax') {
          const moved = (name: ParameterName) => {
            const { shape, data } = param(params, name);
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

describe('the null loss', () => {
  const objectiveOf = (target: number): Objective => ({
    evaluate: async (model) =>
      lossAndGradient(model, new Float64Array(plain.spec.inputDim), Float64Array.of(target), 1),
  });

  it.each([1e-139, 1, 1e150])('is half the mean square of targets of %d', async (target) => {
    expect((await nullLoss(objectiveOf(target), plain)) / target / target).toBeCloseTo(0.5, 12);
  });

  it.each([0, 1e-170, 1e-150, 1e200, NaN])(
    'is refused for targets of %d, beside which no loss can be judged',
    async (target) => {
      await expect(nullLoss(objectiveOf(target), plain)).rejects.toMatchObject({
        name: 'ValueError',
        field: 'objective',
        value: 0.5 * target ** 2,
        problem: expect.stringMatching(/½E y²/),
        remedy: expect.stringMatching(/^Scale the targets/),
      });
    },
  );
});
