import type { BackendInfo } from '@softmoe/backend';
import { SoftmoeError } from '@softmoe/model';
import type { Config } from './config-schema.ts';
import { SnapshotError } from './errors.ts';
import type { PairTrackerState } from './pair-tracker.ts';

/** Where an experiment stands: learning, pruning, fine-tuning, or done. */
export type Phase = 'train' | 'prune' | 'finetune' | 'done';

/** Everything that an experiment needs to go on elsewhere: survives `structuredClone` and `postMessage`. */
export interface Snapshot {
  readonly version: 3;
  readonly config: Config;
  readonly phase: Phase;
  /** What the run computes on; unset where it needs no backend. Only the same one goes on to the same bits. */
  readonly backend?: BackendInfo | undefined;
  readonly startLoss: number | undefined;
  readonly pairs: PairTrackerState;
  readonly timing: { train: number; prune: number; finetune: number };
  /** The file of the student that the experiment was given to start from, if it was. */
  readonly student?: Uint8Array | undefined;
  /** The file of the user's own teacher, if it has one. */
  readonly teacher?: Uint8Array | undefined;
  /** The last state of training, from its first record on. */
  readonly trained: Uint8Array | undefined;
  /** The state of fine-tuning on samples, from its first record on; online engine only. */
  readonly refined?: Uint8Array | undefined;
  /** The state of fine-tuning, from its first record on. */
  readonly finetuned: Uint8Array | undefined;
}

/** Throws {@link SnapshotError} unless `snapshot` is of this version and holds the state that its phase goes on from. */
export function checkSnapshot(snapshot: Snapshot): void {
  if (typeof snapshot !== 'object' || snapshot === null || snapshot.version !== 3) {
    throw new SnapshotError('is none, or of another version', {
      field: 'snapshot.version',
      value: snapshot?.version,
      remedy: 'Start again from its config, or continue it with the softmoe that made it.',
    });
  }
  if (snapshot.phase !== 'train' && !snapshot.trained) {
    throw new SnapshotError('is missing, though training is over', {
      field: 'snapshot.trained',
      value: snapshot.phase,
      remedy: 'The snapshot is damaged: start again from its config.',
    });
  }
}

/** Throws {@link SnapshotError} unless `backend` computes the same bits as the one that the snapshot was taken on. */
export function checkBackend(
  { backend: before }: Snapshot,
  backend: BackendInfo | undefined,
): void {
  if (!before || !backend) return;
  const bits = ({ name, precision, simd, kernels }: BackendInfo) =>
    [name, precision, `simd ${simd}`, kernels].join(', ');
  if (bits(before) === bits(backend)) return;
  throw new SnapshotError(`must be the one that the run began on (${bits(before)})`, {
    field: 'backend',
    value: bits(backend),
    remedy: 'Go on with that one, or start again from its config: the bits would differ.',
  });
}

/** A pipeline was stopped by its signal; `snapshot` goes on from there. */
export class InterruptedError extends SoftmoeError {
  override readonly name = 'InterruptedError';
  readonly snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    super('was aborted', {
      field: 'signal',
      value: `in phase ${snapshot.phase}`,
      remedy: 'Call resumePipeline with the snapshot of this error to go on.',
    });
    this.snapshot = snapshot;
  }
}
