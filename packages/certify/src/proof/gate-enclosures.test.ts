import { gateOf } from '@softmoe/model/checks';
import { gateMoments } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { gateEnclosure } from './gate-enclosures.ts';
import { interval } from './interval.ts';
import { supremum } from './supremum.ts';
import { tanhDerivatives } from './tanh-moments.ts';

const names = ['sigmoid', 'tanh', 'probit'] as const;

describe.each(names)('%s', (name) => {
  const { bounds, moments } = gateEnclosure(name)!;
  const gate = gateOf(name);

  it('has suprema above all values on a grid, and hardly above the largest', () => {
    const step = 1e-3;
    const most = { first: 0, second: 0, pull: 0 };
    for (let z = -8; z <= 8; z += step) {
      const h = 1e-3;
      const [before, at, after] = [z - h, z, z + h].map((x) => gate.derivative(x));
      const slope = (after! - before!) / (2 * h);
      most.first = Math.max(most.first, at!);
      most.second = Math.max(most.second, Math.abs(slope));
      most.pull = Math.max(most.pull, Math.abs(z * at!));
    }
    for (const [key, value] of Object.entries(most)) {
      const bound = bounds[key as keyof typeof most];
      expect(bound).toBeGreaterThan(value * (1 - 1e-5));
      expect(bound).toBeLessThan(value * 1.001);
    }
  });

  it.each([1, 0.9, 0.3, 1e-17, -0.6, -1])(
    'has moments that the series confirms at ρ = %d',
    (rho) => {
      const { normalised } = gateMoments(gate);
      const at = moments(8)(interval(rho));
      for (const [r, s] of [
        [0, 0],
        [1, 1],
        [0, 2],
        [1, 3],
        [2, 2],
        [0, 1],
      ] as const) {
        let sum = 0;
        for (let n = 0; n + Math.max(r, s) < normalised.length; n++) {
          let ratio = 1;
          for (let j = 1; j <= r; j++) ratio *= n + j;
          for (let j = 1; j <= s; j++) ratio *= n + j;
          sum += rho ** n * normalised[r + n]! * normalised[s + n]! * Math.sqrt(ratio);
        }
        const { lo, hi } = at(r, s);
        expect(hi - lo).toBeLessThan(2e-13);
        expect(Math.abs(sum - lo)).toBeLessThan(2e-11);
      }
    },
  );
});

it('derivatives of tanh up to the order that degree 6 needs have whole coefficients that float64 holds', () => {
  for (const polynomial of tanhDerivatives(15)) {
    for (const x of polynomial) expect(Number.isSafeInteger(x)).toBe(true);
  }
});

it('a supremum that branch and bound cannot settle is infinite', () => {
  expect(supremum(() => interval(-1, 1), 0, 1)).toBe(Infinity);
});
