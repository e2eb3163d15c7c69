/** Seconds that the parts of a proof take on one core, roughly, and what share of all of it, in percent, that many are. */
export interface ProofWork {
  readonly frame: number;
  readonly pairs: number;
  readonly factor: number;
  readonly percent: (seconds: number) => number;
}

/** The {@link ProofWork} for a teacher of k units. */
export function workOf(k: number, inputDim: number): ProofWork {
  const frame = 1e-7 * k ** 2 * inputDim;
  const pairs = 4e-3 * k ** 2;
  const { seconds } = proofCost(k);
  const factor = (seconds - pairs) / 3;
  const total = frame + seconds;
  const percent = (seconds: number) => Math.min(99, (100 * seconds) / total);
  return { frame, pairs, factor, percent };
}

/** Of a factorisation, over the cube of the size. */
const SECONDS_PER_CUBE = 3e-10;

/**
 * What the proof for a teacher of that many units costs: bytes of the matrix [4k² + k]², of which it needs two at a time, and
 * seconds of one core, by an estimate that may be off a few times over.
 */
export function proofCost(experts: number): { readonly bytes: number; readonly seconds: number } {
  const size = experts * (4 * experts + 1);
  return { bytes: 8 * size ** 2, seconds: 4e-3 * experts ** 2 + 3 * SECONDS_PER_CUBE * size ** 3 };
}
