import { type MoE, retract } from '@softmoe/model';
import { expertOf } from '@softmoe/model/checks';
import { pairExpectations } from '@softmoe/population';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { gateEnclosure } from './gate-enclosures.ts';
import { secondDerivativeBound } from './unit-bounds.ts';

const kinds = [
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 }, within: 1.75 },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 2 }, within: 2.4 },
  { gate: 'probit', expert: { kind: 'series', coefficients: [0, 0.5, 1] }, within: 2.4 },
  { gate: 'tanh', expert: { kind: 'linear' }, within: 2.4 },
] as const;

const D = 4;
/** Step of a second difference quotient. */
const T = 0.02;

describe.each(kinds)('the bound B₂ for $gate and $expert', ({ within, ...kind }) => {
  const eta = expertOf(kind.expert).coefficients ?? [];
  const gate = gateEnclosure(kind.gate)!;
  const bound = secondDerivativeBound(gate.bounds, eta);

  /** ‖D²(a u)[ξ, ξ]‖ at a = 1 along |ξ| = 1, from exact expectations of products of units on a line. */
  function derivativeNorm(point: Float64Array): number {
    const [v, w] = [point.subarray(0, D), point.subarray(D, 2 * D)];
    const length = (x: Float64Array) => Math.hypot(...x);
    const direction = point.subarray(2 * D);
    const size = length(direction);
    const at = (base: Float64Array, offset: number, shift: number) =>
      base.map((x, c) => x / length(base) + (shift * direction[offset + c]!) / size);
    const shifts = [-T, 0, T];
    const spec = { inputDim: D, experts: 3, routing: 'independent', ...kind } as MoE['spec'];
    const units = retract(spec, {
      router: { shape: [3, D], data: Float64Array.from(shifts.flatMap((s) => [...at(v, 0, s)])) },
      expert: { shape: [3, D], data: Float64Array.from(shifts.flatMap((s) => [...at(w, D, s)])) },
      amplitude: { shape: [3], data: new Float64Array(3).fill(1) },
    });
    const gram = pairExpectations(units, units).data;
    const weights = [1, -2, 1].map((x, n) => x * (1 + (shifts[n]! * direction[2 * D]!) / size));
    let square = 0;
    for (const [i, x] of weights.entries()) {
      for (const [j, y] of weights.entries()) square += x * y * gram[i * 3 + j]!;
    }
    return Math.sqrt(Math.max(0, square)) / T ** 2;
  }

  /** Random starts, each improved by random moves that shrink. */
  function largestFound(): number {
    const size = 4 * D + 1;
    let largest = 0;
    for (let start = 0; start < 4; start++) {
      const noise = normals({ seed: start, stream: 'second', step: 0, size: 120 }, size);
      let best = Float64Array.from(noise.subarray(0, size));
      let value = derivativeNorm(best);
      for (let n = 1; n < 120; n++) {
        const move = noise.subarray(n * size, (n + 1) * size);
        const next = best.map((x, c) => x + move[c]! * 0.96 ** n);
        const found = derivativeNorm(next);
        if (found > value) {
          best = next;
          value = found;
        }
      }
      largest = Math.max(largest, value);
    }
    return largest;
  }

  it(`is above every second derivative found, by less than a factor ${within}`, () => {
    const found = largestFound();
    expect(bound(1)).toBeGreaterThan(found);
    expect(bound(1)).toBeLessThan(within * found);
  });
});

it('the bound for sigmoid and He₃ is that of the derivation by hand', () => {
  const bound = secondDerivativeBound(gateEnclosure('sigmoid')!.bounds, [0, 0, 0, 1]);
  expect(bound(1)).toBeGreaterThan(4.3);
  expect(bound(1)).toBeLessThan(4.37);
});
