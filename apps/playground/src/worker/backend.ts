import { type Backend, createReferenceBackend } from '@softmoe/backend';
import type { WorkerName } from '../protocol.ts';

/** The backend that this browser gets, and a sentence about it for its user. */
export interface ChosenBackend {
  readonly backend: Backend;
  /** Kernel variant, as links pin it. */
  readonly variant: string;
  readonly sentence: string;
}

/**
 * The best backend there is, of the variant that a link asks for where this browser has it. The exact engine needs none.
 * Every backend that the playground can use is chosen here and nowhere else.
 */
export async function createBackend({ simd }: WorkerName): Promise<ChosenBackend> {
  return {
    backend: createReferenceBackend(),
    variant: 'float64',
    sentence: simd
      ? 'Online SGD runs on the float64 reference backend in plain JavaScript: correct, but slow above d = 256.'
      : 'This browser has no WebAssembly SIMD. The exact engine does not need it; online SGD runs on the slower ' +
        'float64 reference backend.',
  };
}
