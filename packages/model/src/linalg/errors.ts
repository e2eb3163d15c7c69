import { SoftmoeError } from '../errors.ts';

/** An iteration did not reach its tolerance within its limit of steps. */
export class ConvergenceError extends SoftmoeError {
  override readonly name = 'ConvergenceError';
}
