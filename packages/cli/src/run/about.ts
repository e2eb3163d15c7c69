import type { About } from '@softmoe/runs';

/** What the user says of a run that is kept, by `--tag` and `--note`, and the git state of the folder that it was started in. */
export function aboutOf(
  { tag, note }: { readonly tag: readonly string[] | undefined; readonly note: string | undefined },
  git: About['git'],
): About {
  return {
    ...(tag && { tags: [...tag] }),
    ...(note !== undefined && { note }),
    ...(git && { git }),
  };
}
