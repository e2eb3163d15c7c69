import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TaskKind, TaskWorker } from '../src/task.ts';

if (!existsSync(fileURLToPath(new URL('../dist/thread.js', import.meta.url)))) {
  throw new Error('threads run what is built: run `tsc -b packages/tasks`');
}

/** A module beside this one. */
export const moduleOf = (name: string): URL => new URL(`./${name}.js`, import.meta.url);

const kind = (name: string): TaskKind => ({ module: moduleOf('tasks'), name });

/** The worker of tests. */
export const worker: TaskWorker = {
  square: kind('square'),
  scaled: { ...kind('scaled'), services: { module: moduleOf('services'), name: 'services' } },
  throw: kind('throws'),
  exit: kind('exits'),
  'out-of-memory': kind('outOfMemory'),
  'for-ever': kind('lastsForEver'),
  busy: kind('isBusy'),
  function: kind('givesFunction'),
};
