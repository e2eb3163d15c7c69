import { SoftmoeError } from '@softmoe/model';

/** A queue cannot be reached, or its other side cannot be worked with. */
export class QueueError extends SoftmoeError {
  override readonly name = 'QueueError';
}
