// Kills runs with SIGKILL at random moments, goes on, and compares what is left with a run that nobody disturbed.
// pnpm --filter @softmoe/bench kill-runs [--count 100] [--engine exact|online|data]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMoE } from '@softmoe/model';
import { normals, permutation } from '@softmoe/teacher';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    engine: { type: 'string', default: 'exact' },
    seed: { type: 'string', default: '0' },
  },
});
const count = Number(values.count);
const main = fileURLToPath(new URL('../node_modules/softmoe/dist/main.js', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'softmoe-kill-'));
const table = join(parent, 'table.csv');
const checkpoints = ['--checkpoint-every', '0'];
const experiments = {
  exact: ['run', 'canonical', '--train-record-every', '0.05', ...checkpoints],
  online: [
    ...['run', 'quick', '--engine', 'online', '--train-batch-size', '512', '--train-time', '40'],
    ...['--train-step', '0.2', '--finetune-online-steps', '200', '--backend', 'wasm-simd'],
    ...checkpoints,
  ],
  data: ['run', '--data', table, '--target', 'y', '--students', '8'],
};
const options = ['--quiet', '--json'];
/** y = x_0 x_1 + sin x_2, with a little noise. */
const drawn = normals({ seed: 0, stream: 'kill-runs', step: 0, size: 400 }, 4);
const rows = Array.from({ length: 400 }, (_, s) => [...drawn.subarray(4 * s, 4 * s + 4)]);
const lines = rows.map(([a, b, c, noise]) => [a, b, c, a * b + Math.sin(c) + 0.1 * noise].join());
writeFileSync(table, `a,b,c,y\n${lines.join('\n')}\n`);
/** A run that did not recover its teacher is as good for this as one that did. */
const FINISHED = [0, 3];

const whole = join(parent, 'whole');
const began = performance.now();
const undisturbed = spawnSync(process.execPath, [
  ...[main, ...experiments[values.engine], ...options, '--out', whole],
]);
const duration = performance.now() - began;
if (!FINISHED.includes(undisturbed.status)) throw new Error(String(undisturbed.stderr));
console.log(`Undisturbed: ${(duration / 1000).toFixed(2)} s. Killed ${count} times:`);

/** Moments spread evenly over the whole run and a little more, in random order: no two are alike. */
const order = permutation({
  seed: Number(values.seed),
  stream: 'kill-runs',
  epoch: 0,
  size: count,
});
const moments = [...order].map((place) => (1.05 * duration * (place + 0.5)) / count);
const states = new Map();
let same = 0;
for (const [trial, moment] of moments.entries()) {
  const folder = join(parent, `killed-${trial}`);
  await run(['run', ...experiments[values.engine].slice(1), '--out', folder], moment);
  const state = stateOf(folder);
  states.set(state, (states.get(state) ?? 0) + 1);
  let problem = damage(folder);
  // Every other run is killed once more while it goes on.
  if (!problem && trial % 2 === 1 && state !== 'nothing yet' && state !== 'complete') {
    await run(['resume', folder], moments[(trial + 1) % count] / 2);
    problem = damage(folder);
  }
  problem ??= (await finish(folder)) ?? difference(folder);
  if (problem) console.log(`  killed after ${moment.toFixed(0)} ms (${state}): ${problem}`);
  else same++;
  rmSync(folder, { recursive: true, force: true });
}
rmSync(parent, { recursive: true, force: true });
for (const [state, times] of [...states].sort()) console.log(`  ${state}: ${times}`);
console.log(`${same} of ${count} went on to the same bits, no file half-written`);
process.exitCode = same === count ? 0 : 1;

/** Runs the command, killed after some milliseconds if it takes that long; resolves to its exit code, null if killed. */
function run(args, milliseconds) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args, ...options], { stdio: 'ignore' });
    const timer = milliseconds && setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

function stateOf(folder) {
  if (!existsSync(folder)) return 'nothing yet';
  if (existsSync(join(folder, 'result.json'))) return 'complete';
  const journal = join(folder, 'fits.jsonl');
  if (existsSync(journal)) {
    return `fits that have ended, ${readFileSync(journal, 'utf8').split('\n').length - 2}`;
  }
  const checkpoint = JSON.parse(readFileSync(join(folder, 'checkpoint.json'), 'utf8'));
  return `in ${checkpoint.snapshot.phase}${checkpoint.recordBytes === 0 ? ', at its start' : ''}`;
}

/** What is wrong with the files of a run at any moment, if anything: each is whole, but for the last record. */
function damage(folder) {
  if (!existsSync(folder)) return undefined;
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    try {
      if (name.endsWith('.json')) JSON.parse(bytes);
      else if (name.endsWith('.safetensors')) loadMoE(bytes);
      else if (name.endsWith('.jsonl')) {
        for (const line of String(bytes).split('\n').slice(0, -1)) JSON.parse(line);
      } else if (!name.endsWith('.partial')) return `${name} is no file of a run`;
    } catch (error) {
      return `${name} is not whole: ${error.message}`;
    }
  }
  return undefined;
}

async function finish(folder) {
  const state = stateOf(folder);
  if (state === 'complete') return undefined;
  const args =
    state === 'nothing yet'
      ? ['run', ...experiments[values.engine].slice(1), '--out', folder]
      : ['resume', folder];
  const code = await run(args);
  return FINISHED.includes(code) ? undefined : `${args[0]} ended with exit code ${code}`;
}

function difference(folder) {
  for (const name of readdirSync(whole)) {
    const told = values.engine === 'data' ? 'result.json' : 'records.jsonl';
    if (!name.endsWith('.safetensors') && name !== told) continue;
    const [was, is] = [whole, folder].map((path) => readFileSync(join(path, name)));
    if (!was.equals(is)) return `${name} has other bits`;
  }
  return undefined;
}
