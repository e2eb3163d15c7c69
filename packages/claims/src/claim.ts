import { plural } from '@softmoe/figures';
import type { Task, TaskRecord } from '@softmoe/tasks';
import type { Finding } from './finding.ts';
import { scales } from './findings-schema.ts';

export { scales };

/** How much evidence: `tiny` shows the machinery in seconds, with too few seeds for verdicts. */
export type Scale = (typeof scales)[number];

/** How much is measured, and the first of the seeds that it is measured on. */
export interface Extent {
  readonly scale: Scale;
  /** A whole number from 0 on. */
  readonly seedOffset: number;
}

/** A task and the processor time that it should take, in seconds on one core of the machine that this was calibrated on. */
export interface PlannedTask extends Task {
  readonly seconds: number;
}

/** What judging needs of a record. */
export type Outcome = Pick<TaskRecord, 'kind' | 'input'> &
  (
    | { readonly status: 'done'; readonly output: unknown }
    | {
        readonly status: 'failed';
        readonly error: { readonly name: string; readonly message: string };
      }
  );

/** A sentence that can be checked: what to measure, and what its numbers must be. */
export interface Claim {
  /** `C1`, `C2` … */
  readonly id: string;
  readonly title: string;
  /** What is claimed, in our words. */
  readonly statement: string;
  plan(extent: Extent): PlannedTask[];
  /** A pure function of the outcomes of the planned tasks, in any order. It can say no. */
  judge(outcomes: readonly Outcome[]): Finding;
}

/** Inputs and outputs of the tasks of one kind that were done. */
export function done<Input, Output>(
  outcomes: readonly Outcome[],
  kind: string,
): { readonly input: Input; readonly output: Output }[] {
  return outcomes.flatMap((outcome) =>
    outcome.kind === kind && outcome.status === 'done'
      ? [{ input: outcome.input as Input, output: outcome.output as Output }]
      : [],
  );
}

/** A sentence about measurements that failed, if any, and what was done with them. */
export function failureSentences(
  outcomes: readonly Outcome[],
  treatment: 'left out' | 'counted as not recovered',
): string[] {
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome] : []));
  const [first] = failed;
  if (!first) return [];
  const { name, message } = first.error;
  return [
    `${failed.length} of ${plural(outcomes.length, 'measurement')} failed (${treatment}); the first said ${name}: ${message}`,
  ];
}

/** `count` seeds from `seedOffset` on. */
export function seeds(count: number, { seedOffset }: Pick<Extent, 'seedOffset'>): number[] {
  return Array.from({ length: count }, (_, i) => seedOffset + i);
}

/** The seed of a task of a claim: of its input, or of the config in it. */
export function seedOf({ input }: Pick<Task, 'input'>): number {
  const { seed, config } = input as { seed?: number; config?: { seed?: number } };
  return seed ?? config?.seed ?? 0;
}

/** Dimensions, and how many seeds of each. */
export interface Grid {
  readonly dims: readonly number[];
  readonly seeds: number;
}

/** A task for every dimension and seed. */
export function overGrid(
  grid: Grid,
  extent: Extent,
  task: (inputDim: number, seed: number) => PlannedTask,
): PlannedTask[] {
  return grid.dims.flatMap((inputDim) =>
    seeds(grid.seeds, extent).map((seed) => task(inputDim, seed)),
  );
}

/** The dimensions of measurements, in order: also of those that failed, so that no criterion is lost with them. */
export function dimsOf(outcomes: readonly Outcome[]): number[] {
  const dims = outcomes.map(({ input }) => (input as { readonly inputDim: number }).inputDim);
  return [...new Set(dims)].sort((a, b) => a - b);
}

/** Runs of the same seed together: their draws have numbers in common, so that a seed counts once. */
export function groupBySeed<Run extends { readonly input: { readonly seed: number } }>(
  runs: readonly Run[],
): Run[][] {
  const bySeed = new Map<number, Run[]>();
  for (const run of runs) {
    const group = bySeed.get(run.input.seed) ?? [];
    group.push(run);
    bySeed.set(run.input.seed, group);
  }
  return [...bySeed.values()];
}
