// The canonical experiment as a whole process, seed by seed, and the same story on teachers that are not orthonormal.
// pnpm --filter @softmoe/bench seeds [--seeds 10]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, printTable } from './table.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10' } } });
const main = fileURLToPath(new URL('../node_modules/softmoe/dist/main.js', import.meta.url));
const teachers = [
  ['canonical', []],
  ['correlated', ['--geometry', 'correlated:0.3']],
  ['random-unit', ['--geometry', 'random-unit', '--input-dim', '64']],
];

for (const [name, options] of teachers) {
  const walls = [];
  const rows = [];
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const begun = performance.now();
    const args = ['run', 'canonical', '--seed', seed, '--json', '--quiet', ...options].map(String);
    const run = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    walls.push((performance.now() - begun) / 1000);
    if (run.status !== 0 && run.status !== 3) throw new Error(run.stderr);
    const r = JSON.parse(run.stdout);
    const { predicted, measured } = r.contraction;
    const deviation = Math.log(measured) / Math.log(predicted) - 1;
    rows.push([
      seed,
      `${r.recovered} of ${r.teachers}`,
      `${r.students} → ${r.survivors}`,
      r.parameterError?.toExponential(1) ?? '–',
      r.loss.final.toExponential(1),
      r.certificate.mu.toFixed(6),
      predicted?.toFixed(6) ?? '–',
      measured?.toFixed(6) ?? '–',
      Number.isFinite(deviation) ? `${(100 * deviation).toFixed(3)} %` : '–',
      r.certificate.verdict,
      walls.at(-1).toFixed(2),
      ...['train', 'prune', 'finetune'].map((phase) => r.timing[phase].toFixed(2)),
    ]);
  }
  console.log(`\n${name} ${options.join(' ')}: median wall time ${median(walls).toFixed(2)} s`);
  printTable(
    [
      'seed',
      'recovered',
      'units',
      'param. error',
      'loss',
      'μ',
      'predicted',
      'measured',
      'deviation',
      'verdict',
      'wall s',
      'train',
      'prune',
      'fine-tune',
    ],
    rows,
  );
}
