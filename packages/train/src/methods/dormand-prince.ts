import type { Method } from '../integrate.ts';
import {
  type AdaptiveOptions,
  type FixedOptions,
  type RungeKuttaMemory,
  rungeKutta,
  type Tableau,
} from './runge-kutta.ts';

const tableau: Tableau = {
  order: 5,
  stages: [
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  error: [
    35 / 384 - 5179 / 57600,
    0,
    500 / 1113 - 7571 / 16695,
    125 / 192 - 393 / 640,
    -2187 / 6784 + 92097 / 339200,
    11 / 84 - 187 / 2100,
    -1 / 40,
  ],
};

/**
 * Dormand–Prince 5(4): order 5 with an embedded method of order 4, six evaluations a step. At a tolerance of 1e-4 it takes
 * about as many evaluations as order 3 and is several times as accurate, and much fewer to many digits. For exact objectives.
 */
export function dormandPrince(
  options: AdaptiveOptions | FixedOptions = {},
): Method<RungeKuttaMemory> {
  return rungeKutta(tableau, options);
}
