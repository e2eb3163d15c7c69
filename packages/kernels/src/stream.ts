import { KernelsValueError, requireInteger } from './errors.ts';

/** A draw of `size` rows, as in @softmoe/teacher: the same four names give the same normals everywhere. */
export interface Draw {
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** A name; streams of different names are independent. */
  readonly stream: string;
  /** A whole number from 0 to 2³² − 1. */
  readonly step: number;
  /** Number of rows, at least 1. */
  readonly size: number;
  /** Standard deviation of the label noise, 0 by default. Its normals come from the stream `<stream>/noise`. */
  readonly noise?: number;
}

const MAX_UINT32 = 2 ** 32 - 1;

/** Throws a {@link KernelsValueError} for a number out of range or an empty name. */
export function checkDraw({ seed, stream, step, noise = 0 }: Draw): void {
  requireInteger('draw.seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('draw.step', step, 0, MAX_UINT32);
  if (typeof stream !== 'string' || stream === '' || /\p{Surrogate}/u.test(stream)) {
    throw new KernelsValueError('must name a stream', {
      field: 'draw.stream',
      value: stream,
      remedy: 'Use a non-empty string of well-formed Unicode.',
    });
  }
  if (Number.isFinite(noise) && noise >= 0) return;
  throw new KernelsValueError('must be a standard deviation', {
    field: 'draw.noise',
    value: noise,
    remedy: 'Use a finite number that is not negative.',
  });
}

interface StreamHashes {
  readonly stream: string;
  readonly inputs: number;
  readonly noise: number;
  /** Of what lies outside the span, where the stream is that of what lies inside. */
  readonly outside: number;
}

const last: Record<Sampling, StreamHashes> = {
  inputs: { stream: '', inputs: 0, noise: 0, outside: 0 },
  span: { stream: '', inputs: 0, noise: 0, outside: 0 },
};

/** Whether inputs are drawn in all their dimensions, or in the span and what lies outside of it apart. */
export type Sampling = 'inputs' | 'span';

/** The hashes of the streams of a draw. The last ones are kept: a run asks for the same at every step. */
export function streamHashes(stream: string, sampling: Sampling): StreamHashes {
  if (last[sampling].stream !== stream) {
    const inputs = sampling === 'span' ? `${stream}/inside` : stream;
    last[sampling] = {
      stream,
      inputs: fnv1a(inputs),
      noise: fnv1a(`${inputs}/noise`),
      outside: fnv1a(`${stream}/outside`),
    };
  }
  return last[sampling];
}

/** The 32-bit FNV-1a hash of the UTF-8 bytes of `text`. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
