import {
  type Distance,
  measureContraction,
  measureDistanceContraction,
  measureOrder,
  predictContraction,
} from './contraction.ts';
import type { Spectrum } from './spectrum.ts';

/** How fast a run converged, predicted and measured. null: not defined for this run. */
export interface Convergence {
  /** η of gradient descent. */
  readonly step: number | null;
  /** Factor of the loss per step, docs/theory.md (30); of the distance to the limit it is the square root. */
  readonly predictedContraction: number | null;
  /**
   * Measured factor of the loss per step: the square of that of the part of the distance along the slowest directions,
   * between distances 1e-6 and 1e-11; of the whole distance if the run has no part there. ln measured/ln predicted is 1
   * if the Hessian governs the run.
   */
  readonly measuredContraction: number | null;
  /**
   * Square of the factor per step of the whole distance, late in that window. It is smaller than `measuredContraction` where
   * slow rates lie so close together that the slowest had no time to outlast the others.
   */
  readonly distanceContraction: number | null;
  /** Observed order of convergence of Levenberg–Marquardt. */
  readonly observedOrder: number | null;
}

/** What is measured of a run without steps of gradient descent: the order of convergence. */
export function orderOf(distances: readonly Distance[]): Convergence {
  return {
    step: null,
    predictedContraction: null,
    measuredContraction: null,
    distanceContraction: null,
    observedOrder: measureOrder(distances) ?? null,
  };
}

/** What is predicted and measured of a run that ended with steps η = `step` of gradient descent. */
export function contractionOf(
  distances: readonly Distance[],
  step: number,
  { mu, lambdaMax }: Spectrum,
): Convergence {
  const overall = measureDistanceContraction(distances) ?? null;
  return {
    step,
    predictedContraction: predictContraction(step, mu, lambdaMax),
    measuredContraction: measureContraction(distances) ?? overall,
    distanceContraction: overall,
    observedOrder: null,
  };
}
