import { type Barriers, barriersBetween } from '@softmoe/lab';
import { saveMoE } from '@softmoe/model';
import { type Run, RunFolderError, readModel } from '@softmoe/runs';
import { lossCell, readable } from '../numbers.ts';
import { tableLines } from '../table.ts';

const stages = { trained: 'after training', pruned: 'after pruning', final: 'at the end' } as const;
type Stage = keyof typeof stages;

/** The barriers between two runs at a stage, or why there are none: how many units they have. */
export interface StageBarriers extends Partial<Barriers> {
  readonly stage: Stage;
  readonly units: readonly number[];
}

/**
 * The barriers between the students of two runs at each stage that both have come to. Throws {@link RunFolderError} unless there are
 * two runs with the same teacher.
 */
export async function barriersOf(runs: readonly Run[]): Promise<StageBarriers[]> {
  const [first, second] = runs;
  if (!first || !second || runs.length > 2) {
    throw new RunFolderError('are between two runs', {
      field: 'barriers',
      value: runs.length,
      remedy: 'Give two folders.',
    });
  }
  const teacher = await sharedTeacher(first, second);
  const found: StageBarriers[] = [];
  for (const stage of Object.keys(stages) as Stage[]) {
    const [from, to] = [await readModel(first, stage), await readModel(second, stage)];
    if (!from || !to) continue;
    const units = [from.spec.experts, to.spec.experts];
    const between = units[0] === units[1] ? await barriersBetween(from, to, teacher) : {};
    found.push({ stage, units, ...between });
  }
  return found;
}

async function sharedTeacher(first: Run, second: Run) {
  const [teacher, other] = [await readModel(first, 'teacher'), await readModel(second, 'teacher')];
  if (teacher && other && Buffer.compare(saveMoE(teacher), saveMoE(other)) === 0) return teacher;
  throw new RunFolderError('are between students of one teacher, and those runs have others', {
    field: 'barriers',
    value: [first.path, second.path],
    remedy: `Run another seed with the teacher of the first: --teacher ${first.path}/teacher.safetensors.`,
  });
}

/** A table of barriers in units of the null loss. */
export function barrierReport(barriers: readonly StageBarriers[]): string {
  const rows = barriers.map(({ stage, units, straight, aligned, nullLoss = Number.NaN }) => {
    const share = ({ height }: { readonly height: number }) =>
      lossCell(height / nullLoss, 1) || readable(height);
    const counts = units[0] === units[1] ? `${units[0]}` : units.join(' and ');
    const cells = straight && aligned ? [share(straight), share(aligned)] : ['–', '–'];
    return [stages[stage], counts, ...cells];
  });
  const heading = ['barrier / null loss', 'units', 'as they are', 'up to symmetry'];
  return `${tableLines(heading, rows, { left: 1 }).join('\n')}\n`;
}
