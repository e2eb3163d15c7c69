import { isCertified, type Run } from '@softmoe/runs';

/** The state of a run in a word or two. */
export function stateOf({ result, checkpoint }: Run): string {
  if (result) return isCertified(result) ? '✔ certified' : `✘ ${result.certificate.verdict}`;
  return checkpoint ? `in ${checkpoint.phase}` : '✘ no checkpoint';
}

/** How far an incomplete run has come, and how to go on. */
export function describeProgress({ path, checkpoint, changed }: Run): string {
  const written = `last written ${changed.toISOString()}`;
  return checkpoint
    ? `Stopped, or still under way, in the phase '${checkpoint.phase}'; ${written}.\nGo on with: softmoe resume ${path}`
    : `Neither complete nor with a checkpoint to go on from; ${written}.\nBegin anew with: softmoe run ${path}/config.json`;
}
