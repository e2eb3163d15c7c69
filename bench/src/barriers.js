// How far the exact loss rises on the straight path between students that learned one teacher from other starts: linear mode
// connectivity, as they are and up to symmetry, before and after pruning. Every pair of the seeds, with the teacher of the first.
// pnpm --filter @softmoe/bench barriers [--presets quick,canonical] [--seeds 0,1,2,3,4]
//
// Set on 2026-11-29, after a look at one pair (quick, seeds 0 and 1: 0.42 of the null loss as they are, 0.0025 up to symmetry):
// 1. after training, as they are: above 0.01 of the null loss in at least 0.9 of the pairs: the valleys differ;
// 2. after training, up to symmetry: below 0.01 in at least 0.9 of the pairs: they are one valley but for symmetry;
// 3. after pruning, up to symmetry: below 0.01 in every pair of students that found all of the teacher's experts.
import { parseArgs } from 'node:util';
import {
  barriersBetween,
  createExperiment,
  presetConfig,
  presets,
  runExperiment,
  runPipeline,
} from '@softmoe/lab';
import { median, printTable } from './table.js';

const { values } = parseArgs({
  options: {
    presets: { type: 'string', default: 'quick,canonical' },
    seeds: { type: 'string', default: '0,1,2,3,4' },
  },
});
const seeds = values.seeds.split(',').map(Number);
const rows = [];
for (const preset of values.presets.split(',')) {
  const students = [];
  for (const seed of seeds) {
    const { models, recovered, teachers } = await learn(preset, seed, students[0]?.teacher);
    students.push({ ...models, all: recovered === teachers });
    console.error(`${preset}: seed ${seed}, ${recovered} of ${teachers} recovered`);
  }
  for (const stage of ['trained', 'pruned']) {
    const pairs = students.flatMap((from, i) => students.slice(i + 1).map((to) => [from, to]));
    const found = [];
    for (const [from, to] of pairs) {
      if (from[stage].spec.experts !== to[stage].spec.experts) continue;
      if (stage === 'pruned' && !(from.all && to.all)) continue;
      const { straight, aligned, nullLoss } = await barriersBetween(
        from[stage],
        to[stage],
        from.teacher,
      );
      found.push([straight.height / nullLoss, aligned.height / nullLoss]);
    }
    for (const [i, path] of ['as they are', 'up to symmetry'].entries()) {
      const heights = found.map((pair) => pair[i]);
      const low = heights.filter((height) => height < 0.01).length;
      rows.push([
        preset,
        stage,
        path,
        `${found.length} of ${pairs.length}`,
        ...[Math.min(...heights), median(heights), Math.max(...heights)].map((x) =>
          x.toExponential(1),
        ),
        `${low} of ${found.length}`,
      ]);
    }
  }
}
printTable(
  ['preset', 'students', 'path', 'pairs', 'least', 'median', 'largest', 'below 0.01'],
  rows,
);

/** A run of a preset from the start of that seed, on `teacher` or on one that the seed draws, too. */
function learn(preset, seed, teacher) {
  const config = presetConfig(preset, { seed });
  if (!teacher) return runPipeline(config);
  const drawn = { ...presets[preset].config, seed, variant: config.variant };
  return runExperiment(createExperiment(drawn, { teacher }));
}
