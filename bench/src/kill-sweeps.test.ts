import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('kill-sweeps.js', import.meta.url));

it.each([
  ['here', []],
  ['over a queue', ['--queue']],
])('sweeps %s killed at random moments go on to the same records', (_, options) => {
  const run = spawnSync(process.execPath, [script, '--count', '3', ...options], {
    encoding: 'utf8',
  });
  expect(run.stdout).toMatch(/^3 of 3 went on to the same records/m);
  expect(run.status).toBe(0);
});
