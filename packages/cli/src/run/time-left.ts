import { duration } from '@softmoe/figures/words';

/** Says how long what is under way will still take, such as `about 3 min left`; undefined while that is a guess. */
export type TimeLeft = (phase: string, share: number) => string | undefined;

/** Nothing is said of a phase before it has gone on for these milliseconds and this share of its way. */
const PATIENCE = 2000;
const LEAST_SHARE = 0.01;

/**
 * The time left of each phase by the share of its way, in [0, 1], that it has come since it was first seen: a run that was
 * resumed counts from there. `now` is in milliseconds.
 */
export function createTimeLeft(now: () => number = () => performance.now()): TimeLeft {
  let first = { phase: '', share: 0, at: 0 };
  return (phase, share) => {
    if (phase !== first.phase) first = { phase, share, at: now() };
    const elapsed = now() - first.at;
    const come = share - first.share;
    if (elapsed < PATIENCE || come < LEAST_SHARE || share >= 1) return undefined;
    return `about ${duration((elapsed * (1 - share)) / come / 1000)} left`;
  };
}
