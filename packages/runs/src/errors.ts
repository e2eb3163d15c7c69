import { SoftmoeError } from '@softmoe/model';

/** A run folder cannot be made, read or written. */
export class RunFolderError extends SoftmoeError {
  override readonly name = 'RunFolderError';
}
