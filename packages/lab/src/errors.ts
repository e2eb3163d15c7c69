import { SoftmoeError } from '@softmoe/model';

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
