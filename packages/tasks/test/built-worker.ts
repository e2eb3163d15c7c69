import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The worker of tests, task-worker.js. It runs in plain Node, so on what was built. */
export function builtWorker(): URL {
  const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  if (!existsSync(built))
    throw new Error('packages/tasks is not built: run `tsc -b packages/tasks`');
  return new URL('./task-worker.js', import.meta.url);
}
