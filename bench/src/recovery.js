// How often all k = 4 teacher experts are recovered at d = 64 by time 150, against the number of students.
// pnpm --filter @softmoe/bench recovery [--seeds 60]
import { parseArgs } from 'node:util';
import { createExperiment, RECOVERED } from '@softmoe/lab';
import { printTable, wilson } from './table.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '60' } } });
const seeds = Number(values.seeds);
const rows = [];
for (const students of [4, 12, 24]) {
  let recovered = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const experiment = createExperiment({ inputDim: 64, teachers: 4, students, seed });
    let alignment;
    while (experiment.phase === 'train') {
      const event = await experiment.next();
      if (event.phase === 'train') alignment = event.record.alignment;
    }
    const found = [...alignment.expert, ...alignment.router].every((x) => x > RECOVERED);
    recovered += found ? 1 : 0;
  }
  const [low, high] = wilson(recovered, seeds);
  rows.push([students, `${recovered} of ${seeds}`, `${low.toFixed(2)} to ${high.toFixed(2)}`]);
}
console.log('d = 64, k = 4, T = 150: all experts and routers aligned above 0.9');
printTable(['students', 'recovered', '95 % interval'], rows);
