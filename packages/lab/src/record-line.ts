import type { StatelessRecord } from '@softmoe/train';

/** A record as one line of JSON holds it: matrices as rows, no state. */
export function recordLine(phase: string, record: StatelessRecord): Record<string, unknown> {
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

function rowsOf({ shape, data }: { shape: readonly number[]; data: Float64Array }): number[][] {
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => [
    ...data.subarray(i * columns, (i + 1) * columns),
  ]);
}
