// Students trained on tables of numbers: errors on test rows beside models from scratch and perceptrons, and processor time.
// pnpm --filter @softmoe/bench data [--abalone FOLDER] [--concrete FILE] [--only NAME]
//
// FOLDER holds abelone.train and abelone.test of Debian's libfann-doc, by default where that puts them. FILE is the set `concrete` of
// Debian's r-cran-modeldata as CSV with the strength last:
//   Rscript -e 'write.csv(modeldata::concrete, "concrete.csv", row.names = FALSE)'
// Friedman 1 is made here: 2,000 points uniform in [0, 1]^10 without noise.
//
// Criteria, set before the first run: the mean of the test RMSE over the standard deviation of the target, of three splits in which
// 80 % of the rows are for training and validation and 20 % for the test, is at most 0.645 with at most 8 units on abalone, 0.345 with
// at most 16 on concrete, 0.006 with at most 16 on Friedman 1; each in at most 10 times the processor time of scikit-learn's
// HistGradientBoostingRegressor with its defaults on the same rows, where python3 has it. The time is that of fitDataset without the
// comparison; the trees have one thread, since idle ones that spin cost processor time as well.
//
// What was looked at before: one split of each set (seed 1, Friedman 1 at other points), when the rule of the size took the standard
// error of the validation error by itself. On abalone it kept 1 unit of 8, with a validation error of 0.6425 where 7 units had 0.634, and
// 0.6545 on the test rows; concrete had 11 units and 0.310, Friedman 1 10 units and 0.0012 after 93 s. To save time a start then had at
// most 100 steps in place of 200, and a patience of 12 in place of 20. And that standard error is mostly the noise of the rows, which all
// sizes meet alike, so the rule now takes that of the difference of two sizes on the same rows. Every set has the defaults of fitDataset,
// and the units before pruning that were set beforehand.
//
// After the first tables only the time was worked on. Two things changed what is computed: the damping of Levenberg–Marquardt falls
// by 2 in place of 4 after a good step, and only after one taken at the first trial; and a start that from its 20th step on is behind the
// best before it is given up. Both were chosen on the validation errors of other functions (borehole, Branin, and one with noise). Then, with
// kernels for the passes too, on borehole, Branin, Ishigami and one with noise, four draws each: sizes have 12 steps of fine-tuning in place
// of 20 and starts are compared from the 12th step on, which changed the geometric means of their test errors by -3 to +1 %.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fitDataset } from '@softmoe/lab';
import { dataset } from '@softmoe/sampled';
import { blockWords } from '@softmoe/teacher';
import { mean, printTable } from './table.js';

const { values } = parseArgs({
  options: {
    abalone: { type: 'string', default: '/usr/share/doc/libfann-dev/examples/datasets' },
    concrete: { type: 'string', default: 'concrete.csv' },
    only: { type: 'string' },
  },
});

const sets = [
  { name: 'abalone', read: readAbalone, rmse: 0.645, units: 8, fit: { experts: 8 } },
  { name: 'concrete', read: readConcrete, rmse: 0.345, units: 16, fit: { experts: 16 } },
  { name: 'friedman1', read: friedman1, rmse: 0.006, units: 16, fit: { experts: 12 } },
];
const seeds = [1, 2, 3];
const MOST_TIME = 10;

/** Rows of numbers, the target last; undefined where the files are not there. */
function readAbalone() {
  const files = ['abelone.train', 'abelone.test'].map((name) => join(values.abalone, name));
  if (!files.every(existsSync)) return undefined;
  return files.flatMap((file) => {
    const [size, inputs, outputs, ...numbers] = readFileSync(file, 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    const width = inputs + outputs;
    return Array.from({ length: size }, (_, i) => numbers.slice(i * width, (i + 1) * width));
  });
}

function readConcrete() {
  if (!existsSync(values.concrete)) return undefined;
  const [, ...lines] = readFileSync(values.concrete, 'utf8').trim().split(/\r?\n/);
  return lines.map((line) => line.split(',').map(Number));
}

/** y = 10 sin(π x_1 x_2) + 20 (x_3 − ½)² + 10 x_4 + 5 x_5, of ten inputs. */
function friedman1() {
  const key = { seed: 1, stream: 'friedman1', step: 0, block: 0 };
  const uniform = Float64Array.from(blockWords(key, 2500), (word) => word / 2 ** 32);
  return Array.from({ length: 2000 }, (_, i) => {
    const x = Array.from(uniform.subarray(10 * i, 10 * i + 10));
    const wave = 10 * Math.sin(Math.PI * x[0] * x[1]);
    return [...x, wave + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4]];
  });
}

/** Standard deviation of all targets of a set, which its errors are divided by. */
function deviation(targets) {
  const middle = mean(targets);
  return Math.sqrt(mean(targets.map((y) => (y - middle) ** 2)));
}

const PYTHON = `
import json, sys, time
from sklearn.ensemble import HistGradientBoostingRegressor
given = json.load(sys.stdin)
X, y, train, test = (given[name] for name in ('X', 'y', 'train', 'test'))
pick = lambda rows, of: [of[i] for i in rows]
before = time.process_time()
model = HistGradientBoostingRegressor().fit(pick(train, X), pick(train, y))
seconds = time.process_time() - before
wrong = [(a - b) ** 2 for a, b in zip(model.predict(pick(test, X)), pick(test, y))]
print(json.dumps({'seconds': seconds, 'rmse': (sum(wrong) / len(wrong)) ** 0.5}))
`;

/** Error, in standard deviations of all targets, and seconds of boosted trees on the same rows; undefined where python3 has no scikit-learn. */
function boosted(inputs, targets, rows) {
  if (spawnSync('python3', ['-c', 'import sklearn']).status !== 0) return undefined;
  const train = [...rows.train, ...rows.validation];
  const input = JSON.stringify({ X: inputs, y: targets, train, test: [...rows.test] });
  const { stdout, stderr, status } = spawnSync('python3', ['-c', PYTHON], {
    input,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(stderr);
  const { seconds, rmse } = JSON.parse(stdout);
  return { seconds, rmse: rmse / deviation(targets) };
}

/** Processor seconds of this process that `work` takes, and what it gives. */
async function timed(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** The largest of the ratios of times, and whether it is within the criterion. */
function timeVerdict(ratios) {
  if (ratios.length === 0) return ['not measured', ''];
  const largest = Math.max(...ratios);
  return [largest.toFixed(1), largest <= MOST_TIME ? 'met' : 'missed'];
}

const rows = [];
const verdicts = [];
for (const { name, read, rmse: limit, units: most, fit } of sets) {
  if (values.only && values.only !== name) continue;
  const table = read();
  if (!table) {
    console.log(`${name} is left out: its files are not here.`);
    continue;
  }
  const inputs = table.map((row) => row.slice(0, -1));
  const targets = table.map((row) => row.at(-1));
  const found = [];
  for (const seed of seeds) {
    const data = dataset({ inputs, targets }, { seed, validation: 0.16, test: 0.2 });
    const { seconds } = await timed(() => fitDataset(data, { ...fit, compare: false }));
    const { comparison } = await fitDataset(data, fit);
    const spread = deviation(targets) / data.standardisation.target.scale;
    const trees = boosted(inputs, targets, data.rows);
    const [pruned, scratch, mlp] = comparison.map(({ test, ...rest }) => ({
      ...rest,
      rmse: test.rmse / spread,
    }));
    found.push({ pruned, seconds, trees });
    rows.push([
      ...[name, `${seed}`, `${pruned.units}`, pruned.rmse.toFixed(4)],
      ...[scratch.rmse.toFixed(4), `${mlp.units}`, mlp.rmse.toFixed(4)],
      trees ? trees.rmse.toFixed(4) : 'not installed',
      seconds.toFixed(1),
      trees ? trees.seconds.toFixed(2) : '',
    ]);
    console.error(rows.at(-1)?.join('  '));
  }
  const reached = mean(found.map(({ pruned }) => pruned.rmse));
  const largest = Math.max(...found.map(({ pruned }) => pruned.units));
  const ratios = found.flatMap(({ seconds, trees }) => (trees ? [seconds / trees.seconds] : []));
  verdicts.push([
    ...[name, reached.toFixed(4), `≤ ${limit}`, `${largest}`, `≤ ${most}`],
    reached <= limit && largest <= most ? 'met' : 'missed',
    ...timeVerdict(ratios),
  ]);
}
printTable(
  ['set', 'split', 'units', 'pruned', 'scratch', 'neurons', 'MLP', 'trees', 'seconds', 'of trees'],
  rows,
);
printTable(
  ['set', 'mean RMSE/sd', '', 'units', '', 'error', 'time / trees', `≤ ${MOST_TIME}`],
  verdicts,
);
