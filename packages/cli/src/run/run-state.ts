import type { Run } from '@softmoe/lab/node';
import { isComplete } from './story.ts';

/** The state of a run in a word or two. */
export function stateOf({ result, checkpoint }: Run): string {
  if (result) return isComplete(result) ? '✔ certified' : `✘ ${result.certificate.verdict}`;
  return checkpoint ? `in ${checkpoint.phase}` : 'begun';
}

/** How far an incomplete run has come, and how to go on. */
export function describeProgress({ path, checkpoint, changed }: Run): string {
  const where = checkpoint
    ? `Stopped, or still under way, in the phase '${checkpoint.phase}'`
    : 'Stopped, or still under way, before its first checkpoint';
  return `${where}; last written ${changed.toISOString()}.\nGo on with: softmoe resume ${path}`;
}
