// A step of training, ours and other libraries', timed in turns in one run: README.md says who and how.
// pnpm bench [--short] [--only softmoe,jax] [--json FILE]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkLosses, load } from './step/checks.js';
import { startPeer } from './step/peer-process.js';
import { available, peaks, peers } from './step/peers.js';
import { sizes, writeProblem } from './step/problem.js';
import { introduce, report } from './step/report.js';
import { timeInTurns } from './step/rounds.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const schedule = values.short
  ? { rounds: 2, turn: 2, warmUp: 0 }
  : { rounds: 10, turn: 120, warmUp: 300 };

const sections = [
  { title: 'Online step', task: 'online', routing: 'independent' },
  { title: 'Loss and gradient on given data', task: 'gradient', routing: 'independent' },
  { title: 'Online step, softmax routing', task: 'online', routing: 'softmax' },
];
const results = [];
const about = {};

/** Times all sections with this routing at one size. */
async function measure(size, routing, processes) {
  const problem = await writeProblem(size, routing);
  try {
    const taking = processes.filter(({ routings }) => routings.includes(routing));
    const { errors, abouts } = await load(taking, problem);
    Object.assign(about, abouts);
    for (const section of sections.filter((section) => section.routing === routing)) {
      const times = await timeInTurns(taking, section.task, schedule);
      const own = new Map([...times].filter(([name]) => name in errors));
      if (section.task === 'online' && routing === 'independent') checkLosses(own, problem);
      results.push({ ...section, size, errors, times });
    }
  } finally {
    await problem.remove();
  }
}

const wanted = values.only.split(',');
const { present, missing } = available(
  peers.filter(({ name }) => wanted.some((part) => name.includes(part))),
);
const processes = [...present, ...peaks].map(startPeer);
try {
  for (const size of values.short ? sizes.slice(0, 1) : sizes) {
    for (const routing of ['independent', 'softmax']) await measure(size, routing, processes);
  }
} finally {
  for (const process of processes) process.close();
}

introduce(about, missing);
for (const { title } of sections) {
  report(
    title,
    results.filter((result) => result.title === title),
  );
}
if (values.json) {
  const rows = results.map(({ times, ...rest }) => ({ ...rest, times: Object.fromEntries(times) }));
  await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
