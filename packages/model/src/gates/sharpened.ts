import { evaluate, type Gate } from '../function.ts';
import { scale } from '../linalg/vectors.ts';

/**
 * z ↦ g(s·z): what the gate g is to a unit router where routers have the length s = `norm`, sharper for s above 1. Its Hermite
 * coefficients are those of g at σ = s, docs/theory.md (9), and its singularities 1/s as far from the real axis.
 */
export function sharpened(gate: Gate, norm: number): Gate {
  const { name, parity, singularity = Infinity, hermiteCoefficients } = gate;
  return {
    name: `${name}(${norm}z)`,
    parity,
    singularity: singularity / norm,
    value: (z) => gate.value(norm * z),
    derivative: (z) => norm * gate.derivative(norm * z),
    evaluate(z, value, derivative) {
      const logits = z.slice();
      scale(norm, logits);
      evaluate(gate, logits, value, derivative);
      scale(norm, derivative);
    },
    ...(hermiteCoefficients && {
      hermiteCoefficients: (sigma, count) => hermiteCoefficients.call(gate, norm * sigma, count),
    }),
  };
}
