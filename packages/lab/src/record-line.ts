import { type NDArray, ndarray } from '@softmoe/model';
import type { Alignment, StatelessRecord } from '@softmoe/train';

/** A record as plain JSON: one line of records.jsonl. Matrices are rows, one a student unit. */
export interface RecordLine {
  readonly phase: 'train' | 'finetune';
  readonly step: number;
  readonly time: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly amplitude: readonly number[];
  readonly alignment?: Alignment;
  /** W·W*ᵀ and V·V*ᵀ, each [m, k]. */
  readonly overlaps?: {
    readonly expert: readonly (readonly number[])[];
    readonly router: readonly (readonly number[])[];
  };
}

/** A record as one line of JSON holds it: matrices as rows, no state. */
export function recordLine(phase: RecordLine['phase'], record: StatelessRecord): RecordLine {
  const { step, time, loss, gradientNorm, amplitude, alignment, overlaps } = record;
  return {
    phase,
    step,
    time,
    loss,
    gradientNorm,
    amplitude,
    ...(alignment ? { alignment } : {}),
    ...(overlaps
      ? { overlaps: { expert: rowsOf(overlaps.expert), router: rowsOf(overlaps.router) } }
      : {}),
  };
}

/** The record that {@link recordLine} wrote. */
export function recordOfLine({
  phase: _,
  overlaps,
  amplitude,
  ...rest
}: RecordLine): StatelessRecord {
  const record = { ...rest, amplitude: [...amplitude] };
  if (!overlaps) return record;
  return {
    ...record,
    overlaps: { expert: matrixOf(overlaps.expert), router: matrixOf(overlaps.router) },
  };
}

function matrixOf(rows: readonly (readonly number[])[]): NDArray {
  return ndarray([rows.length, rows[0]?.length ?? 0], rows.flat());
}

function rowsOf({ shape, data }: { shape: readonly number[]; data: Float64Array }): number[][] {
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => [
    ...data.subarray(i * columns, (i + 1) * columns),
  ]);
}
