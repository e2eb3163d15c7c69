import { type Config, type Machine, memoryOf } from '@softmoe/lab';
import { SweepError } from './definition.ts';

/**
 * Throws {@link SweepError} unless as many runs as there are jobs fit the machine side by side, the largest of those that fit
 * it at all (the tasks of sweeps sample on fused kernels): a run that is too large by itself fails alone, before it starts.
 */
export function requireJobsFit(
  configs: readonly Config[],
  jobs: number,
  { memory }: Machine,
): void {
  const sizes = configs
    .map((config) => memoryOf(config, { fused: true }))
    .filter((bytes) => bytes <= memory)
    .sort((a, b) => b - a);
  let together = 0;
  for (const [before, bytes] of sizes.slice(0, jobs).entries()) {
    together += bytes;
    if (together <= memory) continue;
    throw new SweepError(
      `is too many at a time: the largest runs need ${gigabytes(bytes)} of memory each, and there are ${gigabytes(memory)}`,
      { field: 'jobs', value: jobs, remedy: `Use --jobs ${before}.` },
    );
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`;
}
