import { type Backend, createReferenceBackend } from '@softmoe/backend';

/** The backend that this browser gets, and a sentence about it for its user. */
export interface ChosenBackend {
  readonly backend: Backend;
  /** Kernel variant, as links pin it. */
  readonly variant: string;
  readonly sentence: string;
}

/** The best backend there is. Runs on the exact engine need none. */
export async function createBackend(simd: boolean): Promise<ChosenBackend> {
  return {
    backend: createReferenceBackend(),
    variant: 'float64',
    sentence: simd
      ? 'Online SGD runs on the float64 reference backend in plain JavaScript: correct, but slow above d = 256.'
      : 'This browser has no WebAssembly SIMD. The exact engine does not need it; online SGD runs on the slower ' +
        'float64 reference backend.',
  };
}
