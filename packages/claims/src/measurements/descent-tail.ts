import { spectrumSteps } from '@softmoe/certify';
import type { ConfigInput } from '@softmoe/lab';
import type { MoE } from '@softmoe/model';
import { paced, takeRows } from '@softmoe/model/linalg';
import { population } from '@softmoe/population';
import type { TaskFunction } from '@softmoe/tasks';
import { euler, integrate, plainFlow } from '@softmoe/train';
import { trainStudent } from './trained-student.ts';

/** The input of task `claim/descent-tail`. */
export interface DescentTailInput {
  readonly config: ConfigInput;
  /** Most steps of gradient descent; it ends before where the loss is rounding. */
  readonly steps: number;
}

/** The loss along gradient descent, at steps in nearly geometric progression. */
export interface Descent {
  readonly units: number;
  /** η = 1/λ_max at the start. */
  readonly step: number;
  readonly points: readonly { readonly step: number; readonly loss: number }[];
}

/** One gradient descent from the student as it was trained, and from the pruned one. */
export interface DescentTail {
  readonly teachers: number;
  readonly nullLoss: number;
  /** For each kept unit, its largest share of |a| among the units merged into it: 1 where it has no duplicate to speak of. */
  readonly shares: readonly number[];
  readonly overparameterised: Descent;
  readonly pruned: Descent;
}

/** Relative to the null loss: below, the loss is a difference of equal numbers and says no more. */
const ROUNDING = 1e-13;
/** How far apart the recorded steps are, as a ratio. */
const SPACING = 1.12;

/** How fast plain gradient descent goes on, with and without pruning: task `claim/descent-tail`. */
export const descentTail: TaskFunction<DescentTailInput, DescentTail, unknown> = async (
  { config, steps },
  { signal },
) => {
  const { teacher, trained, pruned } = await trainStudent(config, signal);
  const nullLoss = pruned.curve.at(-1)!.loss;
  const limits = { steps, loss: ROUNDING * nullLoss };
  return {
    teachers: teacher.spec.experts,
    nullLoss,
    shares: pruned.merged.map((units) => largestShare(trained, units)),
    overparameterised: await descent(trained, teacher, limits, signal),
    pruned: await descent(pruned.model, teacher, limits, signal),
  };
};

function largestShare({ params }: MoE, units: readonly number[]): number {
  const sizes = takeRows(params.amplitude, units).data.map(Math.abs);
  return Math.max(...sizes) / sizes.reduce((sum, size) => sum + size, 0);
}

async function descent(
  start: MoE,
  teacher: MoE,
  limits: { readonly steps: number; readonly loss: number },
  signal: AbortSignal,
): Promise<Descent> {
  const { objective, curvature } = population(teacher);
  const steps = spectrumSteps(await curvature(start, { signal }));
  const { lambdaMax } = await paced('spectrum', steps, { signal });
  const step = 1 / lambdaMax;
  const stepper = integrate(plainFlow, objective, euler({ fixedStep: step }));
  let state = await stepper.init(start);
  const points = [{ step: 0, loss: state.evaluation.loss }];
  for (let due = 1; state.step < limits.steps && state.evaluation.loss > limits.loss; ) {
    signal.throwIfAborted();
    state = await stepper.step(state);
    if (state.step < due && state.step < limits.steps) continue;
    points.push({ step: state.step, loss: state.evaluation.loss });
    due = Math.max(state.step + 1, Math.round(state.step * SPACING));
  }
  return { units: start.spec.experts, step, points };
}
