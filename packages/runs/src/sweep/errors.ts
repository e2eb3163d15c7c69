import { SoftmoeError } from '@softmoe/model';

/** A sweep's definition, or a field of a run that it expands to, cannot be used; or a folder holds no sweep. */
export class SweepError extends SoftmoeError {
  override readonly name = 'SweepError';
}
