import { SoftmoeError } from '@softmoe/model';

/** TensorFlow.js can't be started as asked: a package, a version, a file or a feature of the engine is missing. */
export class TfjsStartError extends SoftmoeError {
  override readonly name = 'TfjsStartError';
}
