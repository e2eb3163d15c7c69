// Kills sweeps with SIGKILL at random moments, starts them again, and compares what is left with a sweep that nobody disturbed.
// Moments are counted in records, so that they spread over the sweep however busy the machine is.
// With --queue a worker of a queue is killed instead, and in every other trial the sweep that collects, too.
// pnpm --filter @softmoe/bench kill-sweeps [--count 100] [--seeds 10] [--queue]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readSweep } from '@softmoe/runs';
import { permutation } from '@softmoe/teacher';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seeds: { type: 'string', default: '10' },
    queue: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
  },
});
const count = Number(values.count);
const main = fileURLToPath(new URL('../node_modules/softmoe/dist/main.js', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'softmoe-kill-'));
const definition = join(parent, 'sweep.json');
writeFileSync(
  definition,
  JSON.stringify({
    base: { inputDim: 16, teachers: 1, train: { time: 60 }, finetune: { maxSteps: 300 } },
    grid: { students: [2, 3], seed: { from: 0, to: Number(values.seeds) - 1 } },
  }),
);
const redis = values.queue ? await startRedis() : undefined;
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  redis?.server.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});

const whole = join(parent, 'whole');
const began = performance.now();
const complete = redis
  ? sweepWithWorker(whole)
  : ended(softmoe('sweep', definition, '--out', whole));
await recordsIn(whole, 1);
const untilFirst = performance.now() - began;
await complete;
const duration = performance.now() - began;
const expected = await outputsOf(whole);
const perRecord = (duration - untilFirst) / expected.size;
console.log(
  `Undisturbed: ${(duration / 1000).toFixed(2)} s, ${expected.size} runs. ${values.queue ? 'A worker killed' : 'Killed'} ${count} times:`,
);

/** Moments spread evenly from the start to a little after the last record, in random order: no two are alike. */
const order = permutation({
  seed: Number(values.seed),
  stream: 'kill-sweeps',
  epoch: 0,
  size: count,
});
const moments = [...order].map((place) => {
  const position = ((place + 0.5) / count) * (expected.size + 1);
  const records = Math.floor(position);
  const wait = (position - records) * (records === 0 ? untilFirst : perRecord);
  return { records, wait };
});
const states = new Map();
let same = 0;
for (const [trial, moment] of moments.entries()) {
  const folder = join(parent, `killed-${trial}`);
  const again = trial % 2 === 1;
  const { state, problem } = redis
    ? await killWorker(folder, moment, again)
    : await killSweep(
        folder,
        moment,
        again && { records: 0, wait: (untilFirst * (trial + 0.5)) / count },
      );
  states.set(state, (states.get(state) ?? 0) + 1);
  if (problem) console.log(`  killed at ${JSON.stringify(moment)} (${state}): ${problem}`);
  else same++;
  rmSync(folder, { recursive: true, force: true });
}
for (const [state, times] of [...states].sort()) console.log(`  ${state}: ${times}`);
console.log(`${same} of ${count} went on to the same records, no file half-written`);
process.exit(same === count ? 0 : 1);

/** Kills a sweep, once or twice, and starts it again until it is complete. */
async function killSweep(folder, moment, secondMoment) {
  const args = ['sweep', definition, '--out', folder];
  await killedAt(softmoe(...args), folder, moment);
  const state = stateOf(folder);
  let kept = await keptIn(folder);
  if (secondMoment && kept.problem === undefined) {
    await killedAt(softmoe(...args), folder, secondMoment);
    kept = await keptIn(folder, kept);
  }
  return { state, problem: kept.problem ?? (await finish(args, folder, kept)) };
}

/** Kills a worker, and starts another; with `sweepToo` the sweep is killed and started again, too. */
async function killWorker(folder, moment, sweepToo) {
  const args = ['sweep', definition, '--out', folder, '--queue', redis.url];
  const sweep = softmoe(...args);
  await killedAt(startWorker(), folder, moment);
  const state = stateOf(folder);
  if (sweepToo) await killedAfter(sweep, 0);
  const kept = await keptIn(folder);
  const worker = startWorker();
  const code = sweepToo ? 0 : await ended(sweep);
  const problem =
    kept.problem ??
    (code === 0 ? await finish(args, folder, kept) : `the sweep ended with exit code ${code}`);
  await killedAfter(worker, 0);
  return { state, problem };
}

/** Runs the command once more, to the end, and tells what is not as in the sweep that nobody disturbed. */
async function finish(args, folder, kept) {
  const code = await ended(softmoe(...args));
  if (code !== 0) return `the last start ended with exit code ${code}`;
  const last = await keptIn(folder, kept);
  if (last.problem) return last.problem;
  if (last.endings.size !== expected.size) return `${last.endings.size} records at the end`;
  const lines = readFileSync(join(folder, 'results.jsonl'), 'utf8').trim().split('\n');
  return lines.length === expected.size ? undefined : `${lines.length} lines in results.jsonl`;
}

/** What a folder holds at any moment: whole records of the right outputs, and of runs recorded before the same ones. */
async function keptIn(folder, before = { endings: new Map() }) {
  if (!existsSync(join(folder, 'sweep.json'))) return { endings: new Map() };
  try {
    const { records } = await readSweep(folder);
    const endings = new Map(records.map(({ id, endedAt }) => [id, endedAt]));
    const wrong = records.find(
      (record) => !isDeepStrictEqual(outputOf(record), expected.get(record.id)),
    );
    const redone = [...before.endings].find(([id, endedAt]) => endings.get(id) !== endedAt);
    const problem = wrong
      ? `${wrong.id} has another output`
      : redone && `${redone[0]} was lost or done again`;
    return { endings, problem };
  } catch (error) {
    return { endings: new Map(), problem: error.message };
  }
}

async function outputsOf(folder) {
  const { records } = await readSweep(folder);
  return new Map(records.map((record) => [record.id, outputOf(record)]));
}

/** Of a record, all that does not depend on the clock. */
function outputOf({ output, error }) {
  return error ?? { ...output, seconds: 0, timing: 0 };
}

function stateOf(folder) {
  if (existsSync(join(folder, 'results.parquet'))) return 'complete';
  return `${String(recordNames(folder).length).padStart(2)} of ${expected.size} records`;
}

function softmoe(...args) {
  const quiet = [...args, '--quiet', ...(args.includes('--queue') ? [] : ['--jobs', '2'])];
  const child = spawn(process.execPath, [main, ...quiet], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  child.stderr.on('data', (chunk) => {
    if (!/no worker takes tasks/.test(String(chunk))) process.stderr.write(chunk);
  });
  child.exited = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code;
  });
  return child;
}

function startWorker() {
  const limits = ['--lock', '2', '--takeovers', '1000', '--jobs', '2'];
  return softmoe('worker', '--queue', redis.url, ...limits);
}

function ended(child) {
  return child.exited;
}

/** Kills a process some milliseconds after the folder has so many records, unless it has ended before. */
async function killedAt(child, folder, { records, wait }) {
  const over = new AbortController();
  child.exited.then(() => over.abort());
  await recordsIn(folder, records, over.signal);
  await killedAfter(child, wait);
}

async function killedAfter(child, milliseconds) {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await child.exited;
  clearTimeout(timer);
}

/** Resolves once a folder has so many records. */
async function recordsIn(folder, records, signal) {
  while (recordNames(folder).length < records && !signal?.aborted) await pause(5);
}

function recordNames(folder) {
  const path = join(folder, 'records');
  return existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.json')) : [];
}

async function sweepWithWorker(folder) {
  const worker = startWorker();
  await ended(softmoe('sweep', definition, '--out', folder, '--queue', redis.url));
  await killedAfter(worker, 0);
}

/** A Redis server on a free loopback port, which keeps nothing. */
async function startRedis() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...options.map(String), '--dir', parent]);
  await new Promise((resolve, reject) => {
    server.on('error', () => reject(new Error('no redis-server: apt-get install redis-server')));
    server.stdout.on('data', (chunk) => {
      if (String(chunk).includes('Ready to accept connections')) resolve();
    });
  });
  return { server, url: `redis://127.0.0.1:${port}` };
}
