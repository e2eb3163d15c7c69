import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import type { WorkerName } from '../protocol.ts';

/** The backend that this browser gets, and a sentence about it for its user. */
export interface ChosenBackend {
  readonly backend: Backend;
  /** Kernel variant, as links pin it. */
  readonly variant: string;
  readonly sentence: string;
}

const REFERENCE = 'float64';

/**
 * The best backend there is, of the variant that a link asks for where this browser has it. The exact engine needs none.
 * Every backend that the playground can use is chosen here and nowhere else.
 */
export async function createBackend({ simd, variant }: WorkerName): Promise<ChosenBackend> {
  if (variant === REFERENCE) {
    return reference(
      'Online SGD runs on the slow float64 reference backend, as the link asks for.',
    );
  }
  if (!simd) {
    return reference(
      'This browser has no WebAssembly SIMD. The exact engine does not need it; online SGD runs on the slower ' +
        'float64 reference backend.',
    );
  }
  try {
    return kernels(await createKernelsBackend({ variant: variant === 'simd' ? 'simd' : 'auto' }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reference(
      `The SIMD kernels did not start (${reason}): online SGD runs on the slower reference.`,
    );
  }
}

function kernels(backend: Backend): ChosenBackend {
  const { simd, precision } = backend.info;
  const kind = simd === 'relaxed' ? 'relaxed SIMD' : 'SIMD';
  const sentence = `Online SGD runs on fused ${kind} WebAssembly kernels in ${precision}.`;
  return { backend, variant: simd, sentence };
}

function reference(sentence: string): ChosenBackend {
  return { backend: createReferenceBackend(), variant: REFERENCE, sentence };
}
