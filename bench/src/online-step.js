// One step of training, ours and other libraries', timed in turns in one run.
// pnpm bench [--short] [--only softmoe,jax] [--json FILE]
import { writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { parseArgs } from 'node:util';
import { startPeer } from './step/peer-process.js';
import { available, peaks, peers } from './step/peers.js';
import { errorOf, sizes, writeProblem } from './step/problem.js';
import { report } from './step/report.js';
import { timeInTurns } from './step/rounds.js';

const TOLERANCE = 1e-3;

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const schedule = values.short
  ? { rounds: 2, turn: 2, warmUp: 0 }
  : { rounds: 12, turn: 160, warmUp: 400 };
const wanted = values.only.split(',');
const { present, missing } = available(
  peers.filter(({ name }) => wanted.some((part) => name.includes(part))),
);

const sections = [
  { title: 'Online step', task: 'online', routing: 'independent' },
  { title: 'Loss and gradient on given data', task: 'gradient', routing: 'independent' },
  { title: 'Online step, softmax routing', task: 'online', routing: 'softmax' },
];

/** Times all sections of a routing at one size. */
async function measure(size, routing, processes) {
  const problem = await writeProblem(size, routing);
  const taking = processes.filter(({ routings }) => routings.includes(routing));
  const errors = {};
  try {
    for (const { name, process } of taking) {
      const { about } = await process.ask('load', problem.file);
      if (about && !abouts.has(name)) abouts.set(name, about);
      if (name.startsWith('peak')) continue;
      errors[name] = errorOf(await process.ask('check', true), problem.expected);
      if (!(errors[name] <= TOLERANCE)) {
        throw new Error(`${name} is off by ${errors[name]} at d = ${size.d}, ${routing} routing`);
      }
    }
    for (const section of sections) {
      if (section.routing !== routing) continue;
      const times = await timeInTurns(
        taking.map(({ process }) => process),
        section.task,
        schedule,
      );
      if (section.task === 'online') checkLosses(size, times, problem.expected.online);
      results.push({ ...section, size, errors, peers: times });
    }
  } finally {
    await problem.remove();
  }
}

/** Losses of online steps scatter; their median is near the exact mean if the inputs are standard normals. */
function checkLosses(size, times, expected) {
  for (const [name, { loss }] of times) {
    if (!expected || name.startsWith('peak') || (loss > expected / 2 && loss < expected * 2)) continue;
    throw new Error(`${name} has online losses about ${loss}, not ${expected}, at d = ${size.d}`);
  }
}

const results = [];
const abouts = new Map();
const processes = [...present, ...peaks].map((peer) => ({ ...peer, process: startPeer(peer) }));
try {
  for (const size of values.short ? sizes.slice(0, 1) : sizes) {
    for (const routing of ['independent', 'softmax']) await measure(size, routing, processes);
  }
} finally {
  for (const { process } of processes) process.close();
}

console.log(`Node ${process.version} on ${arch()}. ${[...abouts.values()].join('. ')}.`);
for (const module of missing) {
  console.log(`No ${module}: python3 has no such module here (Debian: python3-${module}).`);
}
for (const { title } of sections) {
  report(
    title,
    results.filter((result) => result.title === title),
  );
}
if (values.json) {
  const rows = results.map(({ peers, ...rest }) => ({ ...rest, peers: Object.fromEntries(peers) }));
  await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
