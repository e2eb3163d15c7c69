import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('kill-runs.js', import.meta.url));

it.each([
  ['exact', '6'],
  ['online', '4'],
  ['data', '6'],
])('runs of the engine %s killed at random moments go on to the same bits', (engine, count) => {
  const run = spawnSync(process.execPath, [script, '--engine', engine, '--count', count], {
    encoding: 'utf8',
  });
  expect(run.stdout).toMatch(new RegExp(`^${count} of ${count} went on to the same bits`, 'm'));
  expect(run.status).toBe(0);
});
