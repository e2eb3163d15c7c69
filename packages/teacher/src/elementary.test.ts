import { describe, expect, it } from 'vitest';
import golden from '../fixtures/elementary.json' with { type: 'json' };
import { ln24, writePolar24 } from './elementary.ts';

/** value − (high + low), where high + low is the truth to about 1e-32. */
function errorOf(value: number, truth: readonly number[]): number {
  return Math.abs(value - truth[0]! - truth[1]!);
}

function turn(k: number, radius = 1): { cos: number; sin: number } {
  const target = new Float64Array(2);
  writePolar24(radius, k, target, 0, 1);
  return { cos: target[0]!, sin: target[1]! };
}

describe('ln24', () => {
  it('is within 2e-16 of the logarithm, relatively', () => {
    for (const { k, ln } of golden.ln) {
      expect(errorOf(ln24(k), ln), `k = ${k}`).toBeLessThanOrEqual(2e-16 * Math.abs(ln[0]!));
    }
  });

  it('is 0 at 1', () => {
    expect(ln24(2 ** 24)).toBe(0);
  });

  it('never falls from one uniform to the next', () => {
    let previous = ln24(1);
    for (let k = 2; k <= 2 ** 24; k++) {
      const next = ln24(k);
      if (!(next > previous)) throw new Error(`ln24(${k}) = ${next} after ${previous}`);
      previous = next;
    }
  });
});

describe('writePolar24', () => {
  it('is within 2e-16 of cos and sin', () => {
    for (const { k, cos, sin } of golden.turns) {
      const value = turn(k);
      expect(errorOf(value.cos, cos), `cos at ${k}`).toBeLessThan(2e-16);
      expect(errorOf(value.sin, sin), `sin at ${k}`).toBeLessThan(2e-16);
    }
  });

  it('is exact at quarter turns', () => {
    const quarter = 2 ** 22;
    const points = [0, 1, 2, 3].map((n) => turn(n * quarter, 2));
    expect(points.map(({ cos }) => cos + 0)).toEqual([2, 0, -2, 0]);
    expect(points.map(({ sin }) => sin + 0)).toEqual([0, 2, 0, -2]);
  });

  it('writes where it is told, times the radius', () => {
    const target = new Float64Array(5);
    writePolar24(3, 2 ** 21, target, 1, 4);
    expect(target[1]).toBeCloseTo(3 * Math.SQRT1_2, 15);
    expect(target[4]).toBeCloseTo(3 * Math.SQRT1_2, 15);
    expect([target[0], target[2], target[3]]).toEqual([0, 0, 0]);
  });
});
