import type { ConfigInput } from '@softmoe/lab';
import { populationGram } from '@softmoe/population';
import { refit } from '@softmoe/prune';
import type { TaskFunction } from '@softmoe/tasks';
import { permutation } from '@softmoe/teacher';
import { trainStudent } from './trained-student.ts';

export interface PruningBaselinesInput {
  readonly config: ConfigInput;
  /** Number of random subsets. */
  readonly subsets: number;
}

/** Population losses of pruned students of one size, amplitudes refitted, before any fine-tuning. */
export interface PruningBaselines {
  readonly teachers: number;
  /** The size that the cliff of the elimination curve tells. */
  readonly size: number;
  /** ½E y². */
  readonly nullLoss: number;
  /** Of the student when learning ended. */
  readonly before: number;
  /** After pruning by elimination with duplicates merged. */
  readonly after: number;
  /** Of the same kept units without merging. */
  readonly elimination: number;
  /** Of the units with the largest amplitudes. */
  readonly largestAmplitudes: number;
  /** Of random subsets. */
  readonly random: readonly number[];
}

/** Pruning against simple baselines of the same size: task `claim/pruning-baselines`. */
export const pruningBaselines: TaskFunction<
  PruningBaselinesInput,
  PruningBaselines,
  unknown
> = async ({ config, subsets }, { signal }) => {
  const { teacher, trained, pruned } = await trainStudent(config, signal);
  const size = pruned.kept.length;
  const gram = populationGram(trained, teacher);
  const amplitude = trained.params.amplitude.data;
  const byAmplitude = [...amplitude.keys()].sort(
    (i, l) => Math.abs(amplitude[l]!) - Math.abs(amplitude[i]!),
  );
  const { seed = 0 } = config;
  const random = Array.from({ length: subsets }, (_, epoch) => {
    const order = permutation({
      seed,
      stream: 'claim/random-subset',
      epoch,
      size: amplitude.length,
    });
    return refit(gram, [...order.slice(0, size)]).loss;
  });
  return {
    teachers: teacher.spec.experts,
    size,
    nullLoss: gram.target / 2,
    before: pruned.lossBefore,
    after: pruned.lossAfter,
    elimination: pruned.curve.find((point) => point.size === size)!.loss,
    largestAmplitudes: refit(gram, byAmplitude.slice(0, size)).loss,
    random,
  };
};
