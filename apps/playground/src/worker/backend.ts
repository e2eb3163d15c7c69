import { type Backend, type BackendInfo, createReferenceBackend } from '@softmoe/backend';
import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { type Config, hasClosedForm } from '@softmoe/lab';
import type { RunsOn, WorkerName } from '../protocol.ts';

/** The backend that a run gets, and what to tell of it. */
export interface ChosenBackend extends Omit<RunsOn, 'backend'> {
  readonly backend: Backend | undefined;
}

/** What a run gets that draws no samples. */
export const NOTHING_SAMPLED: ChosenBackend = {
  backend: undefined,
  kernel: undefined,
  sentence: '',
};

const REFERENCE = 'float64';

type Variant = 'simd' | 'relaxed';

/** What is asked of a backend. */
export interface Wish {
  /** The kernel variant that a link asks for. */
  readonly kernel?: string | undefined;
  /** What the run began on, of which another one would not give the bits. */
  readonly begun?: BackendInfo | undefined;
}

/**
 * What sampling runs on: TensorFlow.js with the kernel variant that is wished for where this browser has it, else the best
 * there is; the sentence says which, and `why` why it is not TensorFlow.js. The exact engine needs none. Every backend that
 * the playground can use is chosen here and nowhere else.
 */
export async function chooseBackend(
  engine: WorkerName,
  { kernel: wanted, begun }: Wish = {},
): Promise<ChosenBackend> {
  if (wanted === REFERENCE) {
    return reference('Sampling runs on the slow float64 reference backend, as the link asks for.');
  }
  const lack = lackOf(engine);
  if (lack) return reference('Sampling runs on the slower float64 reference backend.', lack);
  const asked = wanted === 'simd' || wanted === 'relaxed' ? wanted : undefined;
  const because = asked && 'as the link asks for';
  let why = begun?.name === 'kernels' ? 'The run began without TensorFlow.js.' : undefined;
  try {
    if (why === undefined) return fused(await tfjsBackend(asked), because);
  } catch (error) {
    why = `TensorFlow.js did not start: ${reasonOf(error)}`;
  }
  try {
    return fused(await createKernelsBackend(asked && { variant: asked }), because, why);
  } catch (error) {
    if (!asked) {
      const slow = 'Sampling runs on the slower float64 reference backend.';
      return reference(slow, `The SIMD kernels did not start: ${reasonOf(error)}`);
    }
    const { sentence, ...rest } = await chooseBackend(engine, { begun });
    const reason = reasonOf(error);
    return { ...rest, sentence: `The link asks for ${asked}, but ${reason} ${sentence}` };
  }
}

const started = new Map<Variant | 'auto', Promise<Backend>>();

/** TensorFlow.js with our kernels in its memory, loaded when first asked for; a start that failed is tried anew. */
export function tfjsBackend(variant: Variant | 'auto' = 'auto'): Promise<Backend> {
  const running = started.get(variant) ?? startTfjs(variant);
  started.set(variant, running);
  running.catch(() => started.delete(variant));
  return running;
}

async function startTfjs(variant: Variant | 'auto'): Promise<Backend> {
  const { createTfjsBackend } = await import('@softmoe/backend-tfjs');
  return createTfjsBackend('wasm', { variant });
}

/** What the page's WebAssembly lacks for TensorFlow.js' SIMD module, in a sentence; undefined where that is nothing. */
export function lackOf({ wasm, simd }: WorkerName): string | undefined {
  if (!wasm) return 'This browser has no WebAssembly, so TensorFlow.js and the kernels cannot run.';
  if (!simd) {
    return 'This browser has no WebAssembly SIMD, so TensorFlow.js and the kernels cannot run.';
  }
  return undefined;
}

/** On what a run of this config computes the exact loss, in a sentence; nothing where that plays no part. */
export function exactSentence({ variant, ...config }: Config): string {
  if (!hasClosedForm(config)) return '';
  return variant === 'float64-simd'
    ? 'The exact loss runs on SIMD WebAssembly kernels in float64.'
    : 'The exact loss runs in JavaScript.';
}

function fused(backend: Backend, because?: string, why?: string): ChosenBackend {
  const { simd, precision } = backend.info;
  const kind = simd === 'relaxed' ? 'relaxed SIMD' : 'SIMD';
  const place = why === undefined ? ' in the memory of TensorFlow.js' : '';
  const reason = because ? `, ${because}` : '';
  const sentence = `Sampling runs on fused ${kind} WebAssembly kernels${place} in ${precision}${reason}.`;
  return { backend, kernel: simd, sentence, why };
}

function reference(sentence: string, why?: string): ChosenBackend {
  return { backend: createReferenceBackend(), kernel: REFERENCE, sentence, why };
}

/** Why something did not start: what was wrong with which part, where an error tells the two. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('field' in error && 'problem' in error) return `${error.field} ${error.problem}.`;
  return error.message;
}
