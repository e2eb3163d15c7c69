// What the online run of the canonical experiment costs: steps of 8192 fresh points at d = 1000, m = 25, k = 5, ours and
// PyTorch's in turns, times the steps of learning. Beside it the whole run of the exact engine, by the clock.
// pnpm --filter @softmoe/bench canonical-online [--steps 1500]
import { parseArgs } from 'node:util';
import { presetConfig, runPipeline } from '@softmoe/lab';
import { checkLosses, load } from './step/checks.js';
import { startPeer } from './step/peer-process.js';
import { available, peers } from './step/peers.js';
import { writeProblem } from './step/problem.js';
import { introduce } from './step/report.js';
import { timeInTurns } from './step/rounds.js';
import { printTable } from './table.js';

const { values } = parseArgs({ options: { steps: { type: 'string', default: '1500' } } });
const steps = Number(values.steps);
const config = presetConfig('canonical', { engine: 'online' });
const size = {
  d: config.inputDim,
  m: config.students,
  k: config.teachers,
  n: config.train.batchSize,
};

const { present, missing } = available(peers.filter(({ name }) => /softmoe|PyTorch/.test(name)));
const processes = present.map(startPeer);
const problem = await writeProblem(size, 'independent');
let times;
try {
  const { abouts } = await load(processes, problem);
  times = await timeInTurns(processes, 'online', { rounds: 8, turn: 1500, warmUp: 1500 });
  checkLosses(times, problem);
  introduce(abouts, missing);
} finally {
  await problem.remove();
  for (const process of processes) process.close();
}

const { milliseconds: simd } = times.get('softmoe simd');
console.log(
  `Online steps of ${Object.values(size).join(', ')} (d, m, k, n), and ${steps} of them:`,
);
printTable(
  ['peer', 'milliseconds a step', 'by simd', 'seconds, extrapolated'],
  [...times].map(([name, { milliseconds }]) => [
    name,
    milliseconds.toPrecision(3),
    (milliseconds / simd).toFixed(2),
    ((milliseconds * steps) / 1000).toPrecision(3),
  ]),
);
const start = performance.now();
const { parameterError } = await runPipeline(presetConfig('canonical'));
const seconds = ((performance.now() - start) / 1000).toPrecision(3);
console.log(
  `The exact engine's whole run, learn to fine-tune: ${seconds} s to parameter error ${parameterError}.`,
);
