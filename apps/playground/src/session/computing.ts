import type { BackendInfo } from '@softmoe/backend';
import type { Beside } from './beside.svelte.ts';
import type { Session } from './session.svelte.ts';

/** What computes, in the few words of a chip. */
export interface Computing {
  readonly name: string;
  /** Of its instructions. */
  readonly kind: string;
  readonly precision: string;
  /** Of its speed; empty before anything was measured. */
  readonly speed: string;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 });

const NAMES: Readonly<Record<string, string>> = {
  'tfjs-wasm': 'TensorFlow.js wasm',
  'tfjs-cpu': 'TensorFlow.js cpu',
  kernels: 'SIMD kernels',
  reference: 'JavaScript',
};

const SIMD = { none: 'no SIMD', simd: 'SIMD', relaxed: 'relaxed SIMD' } as const;

/** What a backend is, by its own report. */
export function backendWords({ name, simd, precision }: BackendInfo): Omit<Computing, 'speed'> {
  return { name: NAMES[name] ?? name, kind: SIMD[simd], precision };
}

/** What samples, of the run that is shown and the one beside it; the exact engine where nothing does. */
export function computingOf(shown: Session, beside: Session | undefined): Computing | undefined {
  const { config, runsOn } = shown;
  const sampling = config?.engine === 'exact' ? beside : shown;
  const { backend } = sampling?.runsOn ?? {};
  if (backend && sampling?.config) {
    const samples = sampling.rate * sampling.config.train.batchSize;
    return {
      ...backendWords(backend),
      speed: samples > 0 ? `${compact.format(samples)} samples/s` : '',
    };
  }
  if (sampling?.starting) {
    return { name: 'TensorFlow.js', kind: 'is starting', precision: '', speed: '' };
  }
  if (!config || !runsOn) return undefined;
  const kind = config.variant === 'float64-simd' ? 'SIMD' : 'JavaScript';
  const speed = shown.rate > 0 ? `${compact.format(shown.rate)} steps/s` : '';
  return { name: 'exact engine', kind, precision: 'float64', speed };
}

/** What the run that is shown computes on, in full. */
export function runsOnWords({ config, runsOn, rate }: Session): string {
  if (!config || !runsOn) return '';
  const steps = rate > 0 ? `, ${compact.format(rate)} steps a second` : '';
  return `Runs on: ${engineWords(config, runsOn.backend)}${steps}, in a web worker. ${runsOn.sentence}`;
}

/** Said when an online run cannot have the bits that its link was made with. */
export function kernelNotice({ runsOn, config, kernel }: Session): string | undefined {
  const differs = kernel !== undefined && runsOn && kernel !== runsOn.kernel;
  if (!differs || config?.engine === 'exact') return undefined;
  return (
    `This link was made on the ${kernel} kernels, which this browser does not have. The run uses ${runsOn.kernel}, so ` +
    'its last digits differ and, where the flow amplifies them, more.'
  );
}

/** Why nothing here runs on TensorFlow.js, and what does; undefined where it does, or need not. */
export function standIn({ runsOn }: Session, { rival, why: besides }: Beside): string | undefined {
  const why = runsOn?.why ?? (rival === 'engine' ? besides : undefined);
  return why && runsOn && `${why} ${runsOn.sentence}`;
}

function engineWords(
  { engine, variant, train }: NonNullable<Session['config']>,
  backend: BackendInfo | undefined,
): string {
  if (engine === 'exact' || !backend) return `the exact engine, ${variant ?? 'float64'}`;
  const drawn = train.sampling === 'span' ? ', drawn in the span,' : '';
  const what = engine === 'online' ? `online SGD${drawn}` : 'samples in the span';
  const { name, precision, simd } = backend;
  return `${what} on the ${name} backend, ${precision}, SIMD ${simd}`;
}
