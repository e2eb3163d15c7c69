import { SoftmoeError } from '@softmoe/model';
import type { Snapshot } from './snapshot.ts';

/** A field of an experiment's config is unknown, of the wrong type or out of range. */
export class ConfigError extends SoftmoeError {
  override readonly name = 'ConfigError';
}

/** A snapshot cannot be continued: it is damaged, or was made by another version. */
export class SnapshotError extends SoftmoeError {
  override readonly name = 'SnapshotError';
}

/** An experiment cannot do this in its present phase. */
export class PhaseError extends SoftmoeError {
  override readonly name = 'PhaseError';
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
