// What the online run of the canonical experiment costs: whole runs at d = 1000, m = 25, k = 5, batch 8192, with all inputs
// drawn and drawn in the span, in turns, with what they recover; before them a step of learning, ours of either sampling and
// PyTorch's, in turns.
// pnpm --filter @softmoe/bench canonical-online [--seeds 5] [--time 150] [--online-steps 1000] [--only span] [--no-step]
import { parseArgs } from 'node:util';
import { createTfjsBackend } from '@softmoe/backend-tfjs';
import { presetConfig, runPipeline } from '@softmoe/lab';
import { checkLosses, load } from './step/checks.js';
import { startPeer } from './step/peer-process.js';
import { available, peers } from './step/peers.js';
import { writeProblem } from './step/problem.js';
import { introduce } from './step/report.js';
import { timeInTurns } from './step/rounds.js';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    time: { type: 'string', default: '150' },
    'online-steps': { type: 'string', default: '1000' },
    only: { type: 'string', default: 'inputs,span' },
    step: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const samplings = values.only.split(',');
const configOf = (seed, sampling) =>
  presetConfig('canonical', {
    engine: 'online',
    seed,
    train: { time: Number(values.time), sampling },
    finetune: { onlineSteps: Number(values['online-steps']) },
  });
const config = configOf(0, 'inputs');
const backend = await createTfjsBackend('wasm', { variant: 'simd' });

if (values.step) await compareSteps();
await compareRuns();
backend.dispose();

/** A step of all inputs, ours and PyTorch's. */
async function compareSteps() {
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
  console.log(`Online steps of ${Object.values(size).join(', ')} (d, m, k, n), all inputs drawn:`);
  printTable(
    ['peer', 'milliseconds a step', 'by simd'],
    [...times].map(([name, { milliseconds }]) => [
      name,
      milliseconds.toPrecision(3),
      (milliseconds / simd).toFixed(2),
    ]),
  );
}

/** Whole runs, from the start to a certificate, seed by seed, each sampling in turn. */
async function compareRuns() {
  const rows = [];
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    for (const sampling of samplings) rows.push(await rowOf(seed, sampling));
  }
  console.log(`Canonical online runs to time ${values.time}, SIMD kernels, in turns:`);
  printTable(
    ['seed', 'sampling', 'learn', 'prune', 'tune', 'seconds', 'recovered', 'units', 'error'],
    rows.map(({ cells }) => cells),
  );
  const least = (sampling) =>
    Math.min(...rows.filter((row) => row.sampling === sampling).map(({ seconds }) => seconds));
  for (const sampling of samplings) {
    const ratio = (least(samplings[0]) / least(sampling)).toFixed(2);
    console.log(`${sampling}: least ${least(sampling).toFixed(1)} s, ${ratio} times faster`);
  }
}

async function rowOf(seed, sampling) {
  const start = performance.now();
  const result = await runPipeline(configOf(seed, sampling), { backend });
  const seconds = (performance.now() - start) / 1000;
  const { timing, recovered, teachers, survivors, parameterError, certificate } = result;
  const parts = [timing.train, timing.prune, timing.finetune, seconds];
  return {
    sampling,
    seconds,
    cells: [
      seed,
      sampling,
      ...parts.map((part) => part.toFixed(1)),
      `${recovered} of ${teachers}, ${certificate.verdict}`,
      survivors,
      parameterError === null ? '–' : parameterError.toExponential(1),
    ],
  };
}
