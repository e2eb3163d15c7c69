import type { Activation } from '../expert.ts';
import type { Parity } from '../function.ts';

/**
 * h(z) = Σ_p η_p He_p(z)/√p! from its coefficients η_0 … η_P, with the normalised three-term recurrence
 * h_p = (z h_{p−1} − √(p−1) h_{p−2})/√p and h_p′ = √p h_{p−1}, docs/theory.md (4).
 */
export function hermiteSeries(coefficients: readonly number[]): Activation {
  const eta = Float64Array.from(coefficients);
  const root = eta.map((_, p) => Math.sqrt(p));
  const inverseRoot = root.map((r) => 1 / Math.max(r, 1));
  const ratio = root.map((_, p) => Math.sqrt(Math.max(p - 1, 0) / Math.max(p, 1)));

  function evaluate(z: Float64Array, value: Float64Array, derivative: Float64Array): void {
    for (let k = 0; k < z.length; k++) {
      let h = eta[0]!;
      let dh = 0;
      let previous = 0;
      let current = 1;
      for (let p = 1; p < eta.length; p++) {
        dh += eta[p]! * root[p]! * current;
        const next = z[k]! * inverseRoot[p]! * current - ratio[p]! * previous;
        previous = current;
        current = next;
        h += eta[p]! * current;
      }
      value[k] = h;
      derivative[k] = dh;
    }
  }

  const point = new Float64Array(1);
  const value = new Float64Array(1);
  const derivative = new Float64Array(1);
  function at(z: number, result: Float64Array): number {
    point[0] = z;
    evaluate(point, value, derivative);
    return result[0]!;
  }

  return {
    parity: parityOf(coefficients),
    hermiteCoefficients: [...coefficients],
    value: (z) => at(z, value),
    derivative: (z) => at(z, derivative),
    evaluate,
  };
}

function parityOf(coefficients: readonly number[]): Parity {
  const has = (rest: number) => coefficients.some((c, p) => c !== 0 && p % 2 === rest);
  if (has(0) && has(1)) return 'none';
  return has(1) ? 'odd' : 'even';
}
