import { ValueError } from '@softmoe/model';
import type { TrainState } from '@softmoe/train';

/** The numbers that a method remembers, in the state's method memory, so that any checkpoint stores them. */
export type Memory<Name extends string> = Record<Name, number>;

/** The memory of a method in `state`, of the names in `like`. Throws {@link ValueError} for another method's state. */
export function memoryOf<Name extends string>(state: TrainState, like: Memory<Name>): Memory<Name> {
  const memory = { ...like };
  for (const name of Object.keys(like) as Name[]) {
    const value = state.method.numbers[name];
    if (value === undefined) {
      throw new ValueError('was made by another method', {
        field: `state.method.${name}`,
        value: Object.keys(state.method.numbers),
        remedy: 'Resume with the method that the state was saved from.',
      });
    }
    memory[name] = value;
  }
  return memory;
}

/** `state` with that memory. */
export function withMemory<Name extends string>(
  state: TrainState,
  memory: Memory<Name>,
): TrainState {
  return { ...state, method: { ...state.method, numbers: { ...state.method.numbers, ...memory } } };
}

/** Whether the method of `state` can make no more progress in float64. */
export function hasStalled(state: TrainState): boolean {
  return state.method.numbers.stalled === 1;
}
