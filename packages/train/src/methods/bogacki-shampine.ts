import type { Method } from '../integrate.ts';
import {
  type AdaptiveOptions,
  type FixedOptions,
  type RungeKuttaMemory,
  rungeKutta,
  type Tableau,
} from './runge-kutta.ts';

const tableau: Tableau = {
  order: 3,
  stages: [[1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
  error: [2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8],
};

/**
 * Bogacki–Shampine 3(2): order 3 with an embedded method of order 2, three evaluations a step. The choice where a run is
 * to be seen step by step: its steps are the shorter ones. For exact objectives.
 *
 * The slope at the end of a step is the first one of the next, so that the fourth, which only the error needs, is free
 * (P. Bogacki and L. F. Shampine, A 3(2) pair of Runge–Kutta formulas, Appl. Math. Lett. 2, 1989).
 */
export function bogackiShampine(
  options: AdaptiveOptions | FixedOptions = {},
): Method<RungeKuttaMemory> {
  return rungeKutta(tableau, options);
}
