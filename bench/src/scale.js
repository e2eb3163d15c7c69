// How whole canonical runs (d = 1000, m = 5k) grow with the number of teacher experts: time and peak memory as processes of
// their own. pnpm --filter @softmoe/bench scale [--teachers 5,10,20,40] [--seeds 0] [-- options of softmoe run]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, printTable } from './table.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    teachers: { type: 'string', default: '5,10,20,40' },
    seeds: { type: 'string', default: '0' },
  },
});
const main = fileURLToPath(new URL('../node_modules/softmoe/dist/main.js', import.meta.url));
/** Prints the largest resident memory in KiB on stderr when the process ends. */
const hook = `data:text/javascript,process.on('exit',()=>console.error('maxRSS='+process.resourceUsage().maxRSS))`;
const rows = [];
let before;
for (const k of values.teachers.split(',').map(Number)) {
  const runs = values.seeds.split(',').map((seed) => measure(k, seed));
  const [seconds, memory] = ['seconds', 'memory'].map((name) => median(runs.map((r) => r[name])));
  const exponent = before ? Math.log(seconds / before.seconds) / Math.log(k / before.k) : undefined;
  for (const { seed, result, ...run } of runs) {
    rows.push([
      `(${k}, ${5 * k})`,
      seed,
      run.seconds.toFixed(2),
      ...['train', 'prune', 'finetune'].map((phase) => result.timing[phase].toFixed(2)),
      run.memory.toFixed(0),
      `${result.recovered} of ${k}`,
      result.survivors,
      result.certificate.verdict,
    ]);
  }
  before = { k, seconds };
  const growth = exponent === undefined ? '' : `, time grows like k^${exponent.toFixed(1)}`;
  console.error(`(${k}, ${5 * k}): ${seconds.toFixed(2)} s, ${memory.toFixed(0)} MB${growth}`);
}
printTable(
  [
    '(k, m)',
    'seed',
    'wall s',
    'train',
    'prune',
    'fine-tune',
    'MB',
    'recovered',
    'units',
    'verdict',
  ],
  rows,
);

function measure(k, seed) {
  const size = ['--teachers', String(k), '--students', String(5 * k), '--seed', seed];
  const args = ['run', 'canonical', ...size, '--json', '--quiet', ...positionals];
  const begun = performance.now();
  const run = spawnSync(process.execPath, ['--import', hook, main, ...args], { encoding: 'utf8' });
  const seconds = (performance.now() - begun) / 1000;
  if (run.status !== 0 && run.status !== 3) throw new Error(run.stderr);
  const memory = Number(/maxRSS=(\d+)/.exec(run.stderr)[1]) / 1000;
  return { seed, seconds, memory, result: JSON.parse(run.stdout) };
}
