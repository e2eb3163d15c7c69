import { type Landscape, landscapeSteps } from '@softmoe/certify';
import { type ConfigInput, createExperiment, parseConfig } from '@softmoe/lab';
import { complete } from '@softmoe/model/linalg';
import { population } from '@softmoe/population';
import { thisMachine } from '@softmoe/runs';
import type { TaskFunction } from '@softmoe/tasks';

/** The input of task `claim/landscapes`. */
export interface LandscapesInput {
  /** Exact, small enough that spectra are computed whole. */
  readonly config: ConfigInput;
}

/** What a landscape comes to at one time of training. */
interface LandscapePoint {
  readonly time: number;
  readonly index: number | null;
  readonly flat: number | null;
  /** Number of the teacher's unit to which the steepest way down leads, from 1 on; null where nothing leads down. */
  readonly toward: number | null;
}

/** The landscape along training, and at the pruned student. */
export interface Landscapes {
  readonly points: readonly LandscapePoint[];
  /** Flow times at which experts were found, at overlap ½, by teacher unit. */
  readonly found: readonly (number | null)[];
  /** Flow times at which its router was found, too. */
  readonly routers: readonly (number | null)[];
  readonly kept: number;
  readonly pruned: Pick<Landscape, 'index' | 'flat'>;
}

/** The landscape along the exact flow, before and after pruning: task `claim/landscapes`. */
export const landscapes: TaskFunction<LandscapesInput, Landscapes, unknown> = async (
  input,
  { signal },
) => {
  const { train, ...config } = parseConfig(input.config);
  const experiment = createExperiment(
    { ...config, train: { ...train, spectrum: true } },
    { machine: thisMachine() },
  );
  const points: LandscapePoint[] = [];
  for (;;) {
    const event = (await experiment.next(signal))!;
    if (event.phase === 'train') {
      const { index, flat, toward } = event.landscape!;
      points.push({
        time: event.record.time,
        index,
        flat,
        toward: toward?.teacherExpert ?? null,
      });
      continue;
    }
    if (event.phase !== 'done') continue;
    const { models, milestones, survivors } = event.result;
    const { curvature } = population(models.teacher);
    const at = complete(landscapeSteps(await curvature(models.pruned), models.teacher));
    return {
      points,
      found: milestones.expert,
      routers: milestones.router,
      kept: survivors,
      pruned: { index: at.index, flat: at.flat },
    };
  }
};
