import { createExperiment } from '@softmoe/lab';
import type { SweepPoint } from '../protocol.ts';
import { thisPage } from './this-page.ts';

const TEACHERS = 2;
const STUDENTS = 8;

/** Times to alignment over dimensions and seeds, one small exact run each: how long experts search grows like √d. */
export async function* sweep(
  dimensions: readonly number[],
  seeds: number,
): AsyncGenerator<SweepPoint> {
  for (let seed = 0; seed < seeds; seed++) {
    for (const inputDim of dimensions) yield sweepPoint(inputDim, seed);
  }
}

async function sweepPoint(inputDim: number, seed: number): Promise<SweepPoint> {
  const experiment = createExperiment(
    {
      inputDim,
      seed,
      teachers: TEACHERS,
      students: STUDENTS,
      train: { time: 400, recordEvery: 0.5 },
    },
    { machine: thisPage() },
  );
  let overlaps = new Array<number>(TEACHERS).fill(0);
  for (
    let event = await experiment.next();
    event?.phase === 'train';
    event = await experiment.next()
  ) {
    const { record } = event;
    if (record.step === 0 && record.overlaps) {
      const { data } = record.overlaps.expert;
      overlaps = overlaps.map((_, j) => Math.max(...data.filter((_, i) => i % TEACHERS === j)));
    }
    const { expert, router } = experiment.milestones;
    if (experiment.phase !== 'train') break;
    if ([...expert, ...router].every((time) => time !== null)) break;
  }
  const { expert, router } = experiment.milestones;
  return {
    inputDim,
    seed,
    pairs: overlaps.map((overlap, j) => ({
      overlap,
      expert: expert[j] ?? null,
      router: router[j] ?? null,
    })),
  };
}
