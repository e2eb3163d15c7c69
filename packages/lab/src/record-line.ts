import type { Landscape } from '@softmoe/certify';
import type { StatelessRecord } from '@softmoe/train';
import type { FinetuneStage, RecordLine } from './record-schema.ts';

/** A record and where in a run it belongs, as the events of an experiment have it. */
export interface PlacedRecord {
  readonly phase: 'train' | 'finetune';
  /** Of fine-tuning. */
  readonly stage?: FinetuneStage;
  readonly record: StatelessRecord;
  /** Of training, where the config asks for spectra. */
  readonly landscape?: Landscape;
}

/** A record as one line of JSON holds it: matrices as rows, no state. */
export function recordLine({ phase, stage, record, landscape }: PlacedRecord): RecordLine {
  const { step, time, loss, gradientNorm, amplitude, routerLength, alignment, overlaps } = record;
  return {
    phase,
    ...(stage ? { stage } : {}),
    step,
    time,
    loss,
    gradientNorm,
    amplitude,
    ...(routerLength ? { routerLength } : {}),
    ...(alignment ? { alignment } : {}),
    ...(overlaps
      ? { overlaps: { expert: rowsOf(overlaps.expert), router: rowsOf(overlaps.router) } }
      : {}),
    ...(landscape ? { landscape } : {}),
  };
}

function rowsOf({ shape, data }: { shape: readonly number[]; data: Float64Array }): number[][] {
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => [
    ...data.subarray(i * columns, (i + 1) * columns),
  ]);
}
