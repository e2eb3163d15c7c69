import { type MoE, retract } from '@softmoe/model';
import { expertOf } from '@softmoe/model/checks';
import { pairExpectations } from '@softmoe/population';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { gateEnclosure } from './gate-enclosures.ts';
import { unitBounds } from './unit-bounds.ts';

const kinds = [
  { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } },
  { gate: 'tanh', expert: { kind: 'hermite', degree: 2 } },
  { gate: 'probit', expert: { kind: 'series', coefficients: [0, 0.5, 1] } },
  { gate: 'tanh', expert: { kind: 'linear' } },
] as const;

const D = 4;
/** Weights of u(−2t), u(−t), u(0), u(t), u(2t) in a difference quotient, and the power of t below them. */
const quotients = {
  second: { weights: [0, 1, -2, 1, 0], power: 2, t: 0.02 },
  third: { weights: [-0.5, 1, 0, -1, 0.5], power: 3, t: 0.04 },
} as const;

describe.each(kinds)('the bounds for $gate and $expert', (kind) => {
  const eta = expertOf(kind.expert).coefficients ?? [];
  const gate = gateEnclosure(kind.gate)!;
  const bounds = unitBounds(gate.bounds, eta);

  /** ‖D^n(a u)[ξ, …, ξ]‖ at a = 1 along |ξ| = 1, from exact expectations of products of units on a line. */
  function derivativeNorm(point: Float64Array, order: 'second' | 'third'): number {
    const { weights, power, t } = quotients[order];
    const [v, w] = [point.subarray(0, D), point.subarray(D, 2 * D)];
    const length = (x: Float64Array) => Math.hypot(...x);
    const direction = point.subarray(2 * D);
    const size = length(direction);
    const at = (base: Float64Array, offset: number, shift: number) =>
      base.map((x, c) => x / length(base) + (shift * direction[offset + c]!) / size);
    const shifts = [-2, -1, 0, 1, 2].map((n) => n * t);
    const spec = { inputDim: D, experts: 5, routing: 'independent', ...kind } as MoE['spec'];
    const units = retract(spec, {
      router: { shape: [5, D], data: Float64Array.from(shifts.flatMap((s) => [...at(v, 0, s)])) },
      expert: { shape: [5, D], data: Float64Array.from(shifts.flatMap((s) => [...at(w, D, s)])) },
      amplitude: { shape: [5], data: new Float64Array(5).fill(1) },
    });
    const gram = pairExpectations(units, units).data;
    const scaled = shifts.map((s, n) => weights[n]! * (1 + (s * direction[2 * D]!) / size));
    let square = 0;
    for (const [i, x] of scaled.entries()) {
      for (const [j, y] of scaled.entries()) square += x * y * gram[i * 5 + j]!;
    }
    return Math.sqrt(Math.max(0, square)) / t ** power;
  }

  /** Random starts, each improved by random moves that shrink. */
  function largestFound(order: 'second' | 'third'): number {
    const size = 4 * D + 1;
    let largest = 0;
    for (let start = 0; start < 3; start++) {
      const noise = normals({ seed: start, stream: order, step: 0, size: 60 }, size);
      let best = Float64Array.from(noise.subarray(0, size));
      let value = derivativeNorm(best, order);
      for (let n = 1; n < 60; n++) {
        const move = noise.subarray(n * size, (n + 1) * size);
        const next = best.map((x, c) => x + move[c]! * 0.93 ** n);
        const found = derivativeNorm(next, order);
        if (found > value) {
          best = next;
          value = found;
        }
      }
      largest = Math.max(largest, value);
    }
    return largest;
  }

  it('B₂ is above every second derivative found, and not far above', () => {
    const found = largestFound('second');
    expect(bounds.second(1)).toBeGreaterThan(found);
    expect(bounds.second(1)).toBeLessThan(3 * found);
  });

  it('B₃ is above every third derivative found, and not far above', () => {
    const found = largestFound('third');
    expect(bounds.third(1)).toBeGreaterThan(found);
    expect(bounds.third(1)).toBeLessThan(6 * found);
  });
});

it('the bound for sigmoid and He₃ is that of the derivation by hand', () => {
  const bounds = unitBounds(gateEnclosure('sigmoid')!.bounds, [0, 0, 0, 1]);
  expect(bounds.second(1)).toBeGreaterThan(4.3);
  expect(bounds.second(1)).toBeLessThan(4.37);
});
