import { SoftmoeError } from '@softmoe/model';

/** An iteration did not reach its tolerance within its limit of steps. */
export class ConvergenceError extends SoftmoeError {
  override readonly name = 'ConvergenceError';
}
