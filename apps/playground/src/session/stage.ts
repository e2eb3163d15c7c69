import type { Session } from './session.svelte.ts';

/** The stages of a run, in order. */
export const stages = ['learn', 'prune', 'finetune', 'certificate'] as const;

export type Stage = (typeof stages)[number];

/** Which figure tells of a stage, by id, beside the alignment and the loss, which tell of all. */
export const figureOf: Readonly<Record<Stage, string>> = {
  learn: 'students',
  prune: 'elimination',
  finetune: 'certificate',
  certificate: 'certificate',
};

/** The stage that a run is in. It stays in one until the next has brought something forth. */
export function stageOf({
  summary,
  pruned,
  tune,
  version,
}: Pick<Session, 'summary' | 'pruned' | 'tune' | 'version'>): Stage {
  // Frames come unseen: it is the version that tells of them.
  void version;
  if (summary) return 'certificate';
  if (!pruned) return 'learn';
  return tune.length > 0 ? 'finetune' : 'prune';
}
