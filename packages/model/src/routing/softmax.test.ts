import { describe, expect, it } from 'vitest';
import { shared, wave } from '../../test/batches.ts';
import { lossAndGradient, units } from '../forward.ts';
import { takeRows } from '../linalg/rows.ts';
import { createMoE } from '../moe.ts';
import { ndarray } from '../ndarray.ts';
import { mapParams } from '../params.ts';
import type { MoE, Params } from '../spec.ts';

describe('softmax routing', () => {
  const size = 70;
  const x = wave(size * 5, 1.3);
  const y = wave(size, 2.1);
  const change = (params: Partial<Params>) =>
    createMoE(shared.spec, { ...shared.params, ...params });
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
      expect([0, 1, 2, 3].reduce((sum, i) => sum + router.data[5 * i + j]!, 0)).toBeCloseTo(0, 13);
    }
  });

  it('of a single unit has gate 1, and exactly no gradient for its router', () => {
    const one = createMoE(
      { ...shared.spec, experts: 1 },
      mapParams(shared.params, (rows) => takeRows(rows, [1])),
    );
    expect(gates(one).every((pi) => pi === 1)).toBe(true);
    const { gradient } = lossAndGradient(one, x, y, size);
    expect(gradient.router.data.every((g) => g === 0)).toBe(true);
    expect(gradient.routerBias!.data[0]).toBe(0);
    expect(gradient.expert.data.every((g) => g === 0)).toBe(false);
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
