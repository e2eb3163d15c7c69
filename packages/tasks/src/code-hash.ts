import { type CodeGraph, type CodeLink, createCodeGraph } from './code-graph.ts';
import { remember } from './code-packages.ts';
import { cannotStart, TaskFailure } from './errors.ts';
import { sha256 } from './module-text.ts';
import type { ModuleExport, TaskWorker } from './task.ts';

/** The code that a worker does its tasks with. */
export interface WorkerCode {
  /**
   * SHA-256, in hex, of all code that does the tasks of a kind: it is the same as long as that code says the same, wherever its
   * files are. Throws `TaskFailure` for a kind that the worker doesn't do, `WorkerError` where code cannot be found.
   */
  hashOf(kind: string): string;
  /** What {@link hashOf} covers: the addresses of files, and `name@version` of packages of others, sorted. */
  covers(kind: string): string[];
}

/** Reads the code of a worker, kind by kind, when it is asked for; what it has read it does not read again. */
export function codeOf(worker: TaskWorker): WorkerCode {
  let graph: CodeGraph | undefined;
  const hashes = new Map<string, string>();
  const read = <T>(kind: string, look: (graph: CodeGraph, roots: CodeLink[]) => T): T => {
    const { services, ...does } = kindOf(worker, kind);
    try {
      graph ??= createCodeGraph(modulesOf(worker));
      const roots = [graph.link('does', does)];
      if (services) roots.push(graph.link('services', services));
      return look(graph, roots);
    } catch (cause) {
      throw cannotStart(does.module, cause as Error);
    }
  };
  return {
    hashOf: (kind) => remember(hashes, kind, () => read(kind, hashOf)),
    covers: (kind) => read(kind, (graph, roots) => [...graph.reached(roots).keys()].sort()),
  };
}

/** The exports that a worker loads. */
export function modulesOf(worker: TaskWorker): ModuleExport[] {
  return Object.values(worker).flatMap(({ services, ...does }) =>
    services ? [does, services] : [does],
  );
}

/** What a worker does the tasks of a kind with. Throws {@link TaskFailure} where it doesn't do them. */
export function kindOf(worker: TaskWorker, kind: string): TaskWorker[string] {
  const does = Object.hasOwn(worker, kind) ? worker[kind] : undefined;
  if (does) return does;
  throw new TaskFailure('is no kind of task that this worker does', {
    field: 'kind',
    value: kind,
    remedy: `Use one of ${Object.keys(worker).join(', ')}, or a worker that does it.`,
  });
}

/**
 * Files name those that they import by hashes of what they say. Where several say the same, the hashes of what they import tell
 * them apart, and so on, until no more are told apart.
 */
function hashOf(graph: CodeGraph, roots: readonly CodeLink[]): string {
  const nodes = graph.reached(roots);
  let hashes = new Map([...nodes].map(([key, { text }]) => [key, sha256(text)]));
  const lines = (links: readonly CodeLink[]) =>
    links.map(({ as, name, to }) => `${as}\0${name}\0${hashes.get(to)}`).sort();
  for (let told = 0; told < new Set(hashes.values()).size; ) {
    told = new Set(hashes.values()).size;
    hashes = new Map(
      [...nodes].map(([key, { text, links }]) => [key, sha256([text, ...lines(links)].join('\n'))]),
    );
  }
  return sha256([...lines(roots), '', ...[...hashes.values()].sort()].join('\n'));
}
