import { SoftmoeError } from '@softmoe/model';

/** A report cannot be made of what is in a folder, or cannot be written. */
export class ReportError extends SoftmoeError {
  override readonly name = 'ReportError';
}
