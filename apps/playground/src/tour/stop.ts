import type { Playground } from '../session/playground.svelte.ts';

/** Resolves when `condition` holds; never, if the tour has moved on. */
export type Until = (condition: () => boolean) => Promise<void>;

/** One claim, with the run that shows it. */
export interface Stop {
  readonly title: string;
  readonly text: string;
  /** The figure to look at, by id. */
  readonly figure: string;
  /** Brings the page to where this can be seen; waits may be given up at any time. */
  enter(playground: Playground, until: Until): Promise<void> | void;
  /** What the run on the page says about the claim, once it says anything. */
  evidence(playground: Playground): string | undefined;
}

/** The story's run, however it stands; started anew unless it is there. */
export async function story(playground: Playground, until: Until): Promise<void> {
  const { session } = playground;
  if (playground.preset === 'story' || session.pruned) return;
  playground.choosePreset('story');
  await until(() => playground.preset === 'story');
}

/** Trained to the end, as fast as it computes. */
async function trained(playground: Playground, until: Until): Promise<void> {
  const { session } = playground;
  await story(playground, until);
  if (session.phase !== 'train') return;
  playground.speed = Number.POSITIVE_INFINITY;
  session.resume();
  await until(() => session.phase !== 'train');
  playground.speed = 1;
}

export async function pruned(playground: Playground, until: Until): Promise<void> {
  await trained(playground, until);
  const { session } = playground;
  if (!session.pruned) session.prune();
  await until(() => session.pruned !== undefined);
}
