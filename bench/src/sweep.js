// Throughput of the command `softmoe sweep` on quick runs, start and all: two jobs on two cores against one job that taskset (of
// util-linux) keeps on one core, and against one job free to use both, which it does: Node compiles and collects garbage beside it.
// And what a run costs more as a task than by itself, both warm. They take turns, so that whatever else the machine does meets
// them alike.
// pnpm --filter @softmoe/bench sweep [--runs 200] [--rounds 3]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { presetConfig, runPipeline } from '@softmoe/lab';
import { EXPERIMENT } from '@softmoe/runs';
import { createTaskPool, openTaskStore, runTasks } from '@softmoe/tasks';
import { median, printTable } from './table.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(values.rounds);
const size = Number(values.runs);
/** Of runs by themselves and as tasks, which tell the overhead. */
const few = Math.min(size, 40);
const dist = new URL('../node_modules/softmoe/dist/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'softmoe-bench-'));
const { worker } = await import(new URL('worker.js', dist));
const pool = createTaskPool({ worker, concurrency: 1 });

/** Seconds that the command takes for these seeds, on one core or on all. */
async function command(jobs, from, name, prefix = []) {
  const file = join(folder, `${name}.json`);
  const grid = { seed: { from, to: from + size - 1 } };
  writeFileSync(file, JSON.stringify({ base: 'quick', grid }));
  const args = ['sweep', file, '--out', join(folder, name), '--jobs', `${jobs}`, '--quiet'];
  return seconds(async () => {
    const main = fileURLToPath(new URL('main.js', dist));
    const [program, ...rest] = [...prefix, process.execPath, main, ...args];
    const child = spawn(program, rest);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`softmoe sweep ended with exit code ${code}`);
  });
}

/** Seconds that these configs take as tasks in one warm thread, records and all. */
async function tasks(configs, name) {
  const store = await openTaskStore(join(folder, name));
  const list = configs.map((input) => ({ kind: EXPERIMENT, input }));
  return seconds(() => runTasks(list, { store, pool }));
}

async function bare(configs) {
  return seconds(async () => {
    for (const config of configs) await runPipeline(config);
  });
}

async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const configsFrom = (seed, count) =>
  Array.from({ length: count }, (_, i) => presetConfig('quick', { seed: seed + i }));

const warm = configsFrom(1_000_000, 6);
await bare(warm);
await tasks(warm, 'warm');

const found = [];
for (let round = 0; round < rounds; round++) {
  const configs = configsFrom(round * size, few);
  const times = {};
  const turns = [
    ['bare', () => bare(configs)],
    ['tasks', () => tasks(configs, `tasks-${round}`)],
    ['core', () => command(1, round * size, `core-${round}`, ['taskset', '-c', '0'])],
    ['one', () => command(1, round * size, `one-${round}`)],
    ['two', () => command(2, round * size, `two-${round}`)],
  ];
  for (let turn = 0; turn < turns.length; turn++) {
    const [name, run] = turns[(turn + round) % turns.length];
    times[name] = await run();
  }
  found.push(times);
}
await pool.close();
rmSync(folder, { recursive: true, force: true });

const ratios = found.map(({ core, two }) => core / two);
const ratiosOfJobs = found.map(({ one, two }) => one / two);
const overheads = found.map((times) => (1000 * (times.tasks - times.bare)) / few);
console.log(
  `A sweep of ${size} quick runs, and ${few} of them by themselves and as tasks, seconds:`,
);
printTable(
  [
    ...['round', '1 core, --jobs 1', '2 cores, --jobs 1', '2 cores, --jobs 2', 'ratio'],
    ...['runPipeline', 'as tasks', 'overhead a run, ms'],
  ],
  found.map((times, i) => [
    i + 1,
    ...[times.core, times.one, times.two, ratios[i], times.bare, times.tasks].map((x) =>
      x.toFixed(2),
    ),
    overheads[i].toFixed(1),
  ]),
);
console.log(
  `Throughput of two jobs on two cores: ${median(ratios).toFixed(2)} times that of one on one core (median), and ` +
    `${median(ratiosOfJobs).toFixed(2)} times that of one free to use both; ` +
    `a run costs ${median(overheads).toFixed(1)} ms more as a task than by itself`,
);
