import { type Config, presetConfig, type Summary } from '@softmoe/lab';
import { EXPERIMENT } from '@softmoe/runs';
import { done, type Extent, type Outcome, type PlannedTask, seeds } from './claim.ts';

const SEEDS = { tiny: 2, quick: 20, full: 100 } as const;

/** Whole runs of the canonical preset, one a seed, which several claims rest on and which are measured once. */
export function canonicalRuns(extent: Extent): PlannedTask[] {
  return seeds(SEEDS[extent.scale], extent).map((seed) => ({
    kind: EXPERIMENT,
    input: presetConfig('canonical', { seed }),
    seconds: 0.7,
  }));
}

/** What those runs found; undefined for each that failed, so that a claim over all runs can count it. */
export function canonicalSummaries(outcomes: readonly Outcome[]): (Summary | undefined)[] {
  return outcomes.map((outcome) => done<Config, Summary>([outcome], EXPERIMENT)[0]?.output);
}

/** ½E y², by which losses are divided. */
export function nullLossOf({ elimination }: Summary): number {
  return elimination[elimination.length - 1]?.loss ?? Number.NaN;
}
