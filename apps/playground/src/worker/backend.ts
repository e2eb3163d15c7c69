import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { type Config, hasClosedForm } from '@softmoe/lab';
import type { RunsOn } from '../protocol.ts';

/** The backend that a run gets, and what to tell of it. */
export interface ChosenBackend extends Omit<RunsOn, 'backend'> {
  readonly backend: Backend;
}

const REFERENCE = 'float64';

/**
 * The kernel variant that a link asks for where this browser has it, else the best there is; the sentence says which,
 * and why. The exact engine needs none. Every backend that the playground can use is chosen here and nowhere else.
 */
export async function chooseBackend(simd: boolean, wanted?: string): Promise<ChosenBackend> {
  if (wanted === REFERENCE) {
    return reference('Sampling runs on the slow float64 reference backend, as the link asks for.');
  }
  if (!simd) {
    return reference(
      'This browser has no WebAssembly SIMD. The exact engine does not need it; sampling runs on the slower ' +
        'float64 reference backend.',
    );
  }
  const asked = wanted === 'simd' || wanted === 'relaxed' ? wanted : undefined;
  try {
    return kernels(
      await createKernelsBackend(asked && { variant: asked }),
      asked && 'as the link asks for',
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (asked) {
      const { sentence, ...rest } = await chooseBackend(simd);
      return { ...rest, sentence: `The link asks for ${asked}, but ${reason} ${sentence}` };
    }
    return reference(
      `The SIMD kernels did not start (${reason}): sampling runs on the slower reference.`,
    );
  }
}

/** On what a run of this config computes the exact loss, in a sentence; nothing where that plays no part. */
export function exactSentence({ variant, ...config }: Config): string {
  if (!hasClosedForm(config)) return '';
  return variant === 'float64-simd'
    ? ' The exact loss runs on SIMD WebAssembly kernels in float64.'
    : ' The exact loss runs in JavaScript.';
}

function kernels(backend: Backend, why?: string): ChosenBackend {
  const { simd, precision } = backend.info;
  const kind = simd === 'relaxed' ? 'relaxed SIMD' : 'SIMD';
  const sentence = `Sampling runs on fused ${kind} WebAssembly kernels in ${precision}${why ? `, ${why}` : ''}.`;
  return { backend, kernel: simd, sentence };
}

function reference(sentence: string): ChosenBackend {
  return { backend: createReferenceBackend(), kernel: REFERENCE, sentence };
}
