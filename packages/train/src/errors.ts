import { SoftmoeError } from '@softmoe/model';
import type { TrainState } from './state.ts';

/** The loss, the gradient or the model stopped being finite. `lastState` is the last one that was. */
export class DivergedError extends SoftmoeError {
  override readonly name = 'DivergedError';
  /** The step that failed; 0 when the start itself is not finite. */
  readonly step: number;
  readonly lastState: TrainState | undefined;

  constructor(
    field: string,
    value: unknown,
    lastState: TrainState | undefined,
    options?: ErrorOptions,
  ) {
    const step = lastState ? lastState.step + 1 : 0;
    const remedy = lastState
      ? 'Use a smaller step or learning rate; lastState holds the last finite state.'
      : 'Check the model, the targets and the objective.';
    super(`is not finite at step ${step}`, { field, value, remedy }, options);
    this.step = step;
    this.lastState = lastState;
  }
}

/** An adaptive method can't meet its tolerance with a step of the least length allowed. */
export class StepSizeError extends SoftmoeError {
  override readonly name = 'StepSizeError';
  readonly lastState: TrainState;

  constructor(stepSize: number, minStep: number, lastState: TrainState) {
    super(
      `fell below the least step ${minStep} at step ${lastState.step}, time ${lastState.time}`,
      {
        field: 'stepSize',
        value: stepSize,
        remedy:
          'Loosen rtol, lower minStep, or look for a discontinuity of the field; a stochastic objective needs Euler.',
      },
    );
    this.lastState = lastState;
  }
}

/** The balanced flow is not defined where an amplitude is zero. */
export class ZeroAmplitudeError extends SoftmoeError {
  override readonly name = 'ZeroAmplitudeError';

  constructor(unit: number) {
    super('is zero, where the balanced flow divides by |a| and could never leave again', {
      field: `params.amplitude[${unit}]`,
      value: 0,
      remedy: 'Start from small amplitudes that are not zero, such as 1e-3, or use plainFlow.',
    });
  }
}
