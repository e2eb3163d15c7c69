// A peer in a process of its own: node serve.js PEER [OPTION]. Reads a JSON line, does what it says, answers with one.
// {"load": FILE} · {"check": true} → loss, gradient · {"turn": {task, milliseconds}} → times and losses of its steps
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

const [name, option] = process.argv.slice(2);
const { open } = await import(`./peers/${name}.js`);
/** Steps that take less than this are timed as many at a time as take it. */
const LEAST_MILLISECONDS = 1;
let peer;

const answers = {
  async load(file) {
    peer?.close?.();
    peer = await open(await readProblem(file), option);
    return peer.about ?? {};
  },
  check: () => peer.check(),
  turn: ({ task, milliseconds }) => turn(peer[task], milliseconds),
};

/** Steps for so many milliseconds. A step's time is the clock's, or, when others held the core, what it used of it. */
async function turn(step, budget) {
  const times = [];
  const losses = [];
  let count = 1;
  const end = performance.now() + budget;
  do {
    const used = process.cpuUsage();
    const start = performance.now();
    let loss;
    for (let i = 0; i < count; i++) {
      const result = step();
      loss = result instanceof Promise ? await result : result;
    }
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    times.push(Math.min(elapsed, (user + system) / 1000) / count);
    losses.push(loss);
    count = Math.max(1, Math.round((LEAST_MILLISECONDS * count) / elapsed));
  } while (performance.now() < end);
  return { milliseconds: times, losses };
}

/** The sizes of a problem and its arrays by name. */
async function readProblem(file) {
  const { shapes, ...problem } = JSON.parse(await readFile(file, 'utf8'));
  const { buffer, byteOffset } = await readFile(`${file}.f32`);
  let offset = byteOffset;
  const groups = { student: {}, teacher: {} };
  for (const { name, shape } of shapes) {
    const length = shape.reduce((product, count) => product * count, 1);
    const data = new Float32Array(buffer.slice(offset, offset + 4 * length));
    const [group, field] = name.split('.');
    if (field) groups[group][field] = { shape, data };
    else groups[group] = { shape, data };
    offset += 4 * length;
  }
  return { ...problem, ...groups };
}

for await (const line of createInterface({ input: process.stdin })) {
  const [[verb, argument]] = Object.entries(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(await answers[verb](argument))}\n`);
}
