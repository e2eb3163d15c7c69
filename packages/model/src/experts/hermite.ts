import type { Activation } from '../expert.ts';
import type { Parity } from '../gate.ts';

/**
 * h(z) = Σ_p η_p He_p(z)/√p! from its coefficients η_0 … η_P, with the normalised three-term recurrence
 * h_{p+1} = (z h_p − √p h_{p−1})/√(p+1) and h_p′ = √p h_{p−1}, docs/theory.md (4).
 */
export function hermiteSeries(coefficients: readonly number[]): Activation {
  const eta = Float64Array.from(coefficients);
  const root = Float64Array.from(eta, (_, p) => Math.sqrt(p));
  return {
    parity: parityOf(coefficients),
    hermiteCoefficients: [...coefficients],
    value(z) {
      let sum = eta[0]!;
      let previous = 0;
      let current = 1;
      for (let p = 1; p < eta.length; p++) {
        const next = (z * current - root[p - 1]! * previous) / root[p]!;
        previous = current;
        current = next;
        sum += eta[p]! * current;
      }
      return sum;
    },
    derivative(z) {
      let sum = 0;
      let previous = 0;
      let current = 1;
      for (let p = 1; p < eta.length; p++) {
        sum += eta[p]! * root[p]! * current;
        const next = (z * current - root[p - 1]! * previous) / root[p]!;
        previous = current;
        current = next;
      }
      return sum;
    },
  };
}

function parityOf(coefficients: readonly number[]): Parity {
  const has = (rest: number) => coefficients.some((c, p) => c !== 0 && p % 2 === rest);
  if (has(0) && has(1)) return 'none';
  return has(1) ? 'odd' : 'even';
}
