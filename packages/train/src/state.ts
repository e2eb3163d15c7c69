import { type MoE, type Params, requireModel, requireObject, ValueError } from '@softmoe/model';

/** Loss and Riemannian gradient at one model. */
export interface Evaluation {
  readonly loss: number;
  readonly gradient: Params;
}

/** What a method or optimiser remembers between steps, in a form that any checkpoint can store. */
export interface MethodState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Params>>;
}

/** The lowest loss so far that counted as progress, and the step at which it was reached. */
export interface PlateauMark {
  readonly loss: number;
  readonly step: number;
}

/** Everything that is needed to go on: a run resumed from it equals the uninterrupted one bit for bit. */
export interface TrainState {
  /** Steps taken. */
  readonly step: number;
  /** Flow time; for an optimiser that approximates no flow, the number of steps. */
  readonly time: number;
  readonly model: MoE;
  /** At `model`, with the batch of `step` where the objective draws batches. */
  readonly evaluation: Evaluation;
  readonly method: MethodState;
  /** Kept by `train` for its plateau criterion; a stepper need not know it. */
  readonly plateau?: PlateauMark;
}

/** Advances a model step by step. `integrate` and `descend` make one. */
export interface Stepper {
  init(model: MoE): Promise<TrainState>;
  /** One step, of a length that does not go past the time `until` where the stepper can choose its length. */
  step(state: TrainState, until?: number): Promise<TrainState>;
}

/** Throws a typed error unless `state` has the parts of a state, its model a valid one. */
export function requireState(field: string, state: TrainState): void {
  requireObject(field, state, ['step', 'time', 'model', 'evaluation', 'method']);
  requireModel(`${field}.model`, state.model);
  requireObject(`${field}.evaluation`, state.evaluation, ['loss', 'gradient']);
  requireObject(`${field}.method`, state.method, ['numbers', 'arrays']);
}

export const NO_MEMORY: MethodState = { numbers: {}, arrays: {} };

/** The method's number of that name. Throws {@link ValueError} when the state came from another method. */
export function methodNumber(method: MethodState, name: string): number {
  return method.numbers[name] ?? foreignState(name, method.numbers);
}

/** The method's arrays of that name. Throws {@link ValueError} when the state came from another method. */
export function methodArrays(method: MethodState, name: string): Params {
  return method.arrays[name] ?? foreignState(name, method.arrays);
}

function foreignState(name: string, found: Readonly<Record<string, unknown>>): never {
  throw new ValueError('was made by another method', {
    field: `state.method.${name}`,
    value: Object.keys(found),
    remedy: 'Resume with the method or optimiser that the state was saved from.',
  });
}
