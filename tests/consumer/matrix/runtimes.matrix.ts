import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject } from 'vitest';
import { startRedisServer } from '../../../packages/queue/test/redis-server.ts';
import { column } from './cell.ts';
import { asCommonJs, expectWorkDone, programsOf } from './program.ts';
import type { Row } from './row.ts';
import { commandsOf, nodes } from './runtimes.ts';

/** What hangs is ended. */
const LIMIT = 120_000;

const commands = commandsOf(inject('runtimes'));

/** Runs files in a folder of their own beside a row's node_modules, the first of them; gives what it printed. */
async function run(
  [command = '', ...options]: readonly string[],
  row: Row,
  files: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const folder = mkdtempSync(join(row.path, 'program-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const [main = ''] = Object.keys(files);
    const { stdout } = await promisify(execFile)(command, [...options, main], {
      cwd: folder,
      env: { ...environmentOf(command), ...env },
      maxBuffer: 1 << 26,
      timeout: LIMIT,
      killSignal: 'SIGKILL',
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With the runtime that is tried before any other `node`. */
function environmentOf(command: string): NodeJS.ProcessEnv {
  const { PATH = '', ...others } = process.env;
  return { ...others, PATH: dirname(command) + delimiter + PATH, NODE_ENV: 'production' };
}

const forms = {
  module: (program: string) => ({ 'program.mjs': program }),
  commonJs: (program: string) => ({ 'program.cjs': asCommonJs(program) }),
  thread: (program: string) => ({
    'start.mjs':
      "import { Worker } from 'node:worker_threads';\nnew Worker(new URL('program.mjs', import.meta.url));\n",
    'program.mjs': program,
  }),
};

async function works(
  command: readonly string[],
  row: Row,
  form: keyof typeof forms,
): Promise<void> {
  // A server of its own each time: results that an earlier program left in the queue would be found there.
  const redis = row.id === '@softmoe/queue' ? await startRedisServer() : undefined;
  try {
    for (const [i, program] of programsOf(row).entries()) {
      const env = redis ? { REDIS_URL: redis.url } : {};
      const output = await run(command, row, forms[form](program), env);
      expectWorkDone(output.split('\n'), row.printed[i] ?? '');
    }
  } finally {
    await redis?.stop();
  }
}

/** The command, where a row has one: it learns, prunes and certifies. */
async function commandWorks(
  [command = '', ...options]: readonly string[],
  row: Row,
): Promise<void> {
  if (row.id !== 'softmoe') return;
  const main = join(row.path, 'node_modules/softmoe/dist/main.js');
  const words = [...options, main, 'run', 'quick', '--quiet', '--json'];
  const { stdout } = await promisify(execFile)(command, words, {
    cwd: row.path,
    env: environmentOf(command),
    timeout: LIMIT,
  });
  expect(JSON.parse(stdout)).toMatchObject({ recovered: 3, certificate: { verdict: 'certified' } });
}

for (const [name, command] of Object.entries(commands)) {
  column(name, async (row) => {
    await works(command, row, 'module');
    await commandWorks(command, row);
  });
}

column('require', async (row) => {
  for (const name of Object.keys(nodes)) await works(commands[name] ?? [], row, 'commonJs');
});

column('thread', (row) => works(commands['Node 24'] ?? [], row, 'thread'));
