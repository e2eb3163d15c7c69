import type { MoE } from '@softmoe/model';
import type { TaskFunction } from '@softmoe/tasks';
import { balancedFlow, frozen, run, type VectorField } from '@softmoe/train';
import { isRecovered } from './learning.ts';
import { createScene, flowStepper, type SceneInput } from './scene.ts';

/** The input of task `claim/separate`. */
export interface SeparateInput extends SceneInput {
  /** Flow time that each way of training is given in all. */
  readonly time: number;
}

/** Where one way of training ended. */
export interface Ending {
  /** As a share of the loss at the start. */
  readonly loss: number;
  /** Whether every expert and every router of the teacher was found. */
  readonly recovered: boolean;
}

/** Joint training and ways of training apart, from the same start over the same time. */
export interface Separate {
  readonly joint: Ending;
  /** Routers rest at their random start. */
  readonly routersFrozen: Ending;
  /** Experts for half of the time while routers rest, then routers while experts rest. */
  readonly expertsFirst: Ending;
  /** The other way round. */
  readonly routersFirst: Ending;
}

/** Joint training against separate optimisation, amplitudes learning all the time: task `claim/separate`. */
export const separate: TaskFunction<SeparateInput, Separate, unknown> = async (
  input,
  { signal },
) => {
  const scene = createScene(input);
  const { student, teacher } = scene;
  const without = (...names: string[]) => frozen(balancedFlow, names);
  const train = async (...fields: VectorField[]): Promise<Ending> => {
    let model: MoE = student;
    let [start, end] = [Number.NaN, Number.NaN];
    let recovered = false;
    for (const field of fields) {
      for await (const { state, loss, alignment } of run(flowStepper(scene, field), {
        start: model,
        until: { time: input.time / fields.length },
        record: { teacher },
        signal,
      })) {
        if (Number.isNaN(start)) start = loss;
        [model, end] = [state.model, loss];
        recovered = alignment !== undefined && isRecovered(alignment);
      }
    }
    signal.throwIfAborted();
    return { loss: end / start, recovered };
  };
  return {
    joint: await train(balancedFlow),
    routersFrozen: await train(without('router')),
    expertsFirst: await train(without('router'), without('expert')),
    routersFirst: await train(without('expert'), without('router')),
  };
};
