import { type AlignedPair, PairTracker } from '@softmoe/lab';
import { row } from '@softmoe/model/linalg';
import type { TaskFunction } from '@softmoe/tasks';
import { run } from '@softmoe/train';
import { createScene, flowStepper, type SceneInput, uncrossed } from './scene.ts';

/** The input of task `claim/alignment-times`. */
export interface AlignmentTimesInput extends SceneInput {
  /** Ends the run: when every teacher expert was found by an expert, or by a whole unit. */
  readonly until: 'experts' | 'pairs';
  /** Flow time at which it ends in any case. */
  readonly time: number;
  /** `uncrossed` moves the random start, see {@link uncrossed}. */
  readonly start?: 'uncrossed';
}

/** When the experts and routers of the teacher were found. */
export interface AlignmentTimes {
  /** w_i·w*_j at the start, for unit i and teacher unit j. */
  readonly initial: readonly (readonly number[])[];
  /** For each teacher unit, the first expert to align with its; null where none did in time. */
  readonly experts: readonly ({ readonly unit: number; readonly time: number } | null)[];
  /** For each teacher unit, the first unit of which both expert and router aligned. */
  readonly pairs: readonly (AlignedPair | null)[];
  /** Flow time at which the run ended. */
  readonly time: number;
  readonly steps: number;
}

/** When experts and routers align, on the exact balanced flow from a random start: task `claim/alignment-times`. */
export const alignmentTimes: TaskFunction<AlignmentTimesInput, AlignmentTimes, unknown> = async (
  input,
  { signal },
) => {
  const scene = createScene(input, input.start && uncrossed);
  const { student, teacher } = scene;
  const tracker = new PairTracker(student.spec, [...teacher.params.amplitude.data]);
  let initial: number[][] | undefined;
  let end = { time: 0, steps: 0 };
  for await (const record of run(flowStepper(scene), {
    start: student,
    until: { time: input.time },
    record: { teacher },
    signal,
  })) {
    const { expert } = record.overlaps!;
    initial ??= Array.from({ length: input.students }, (_, i) => [...row(expert, i)]);
    tracker.add(record);
    end = { time: record.time, steps: record.step };
    if (tracker.complete(input.until)) break;
  }
  signal.throwIfAborted();
  const teachers = [...Array(input.teachers).keys()];
  return {
    initial: initial!,
    experts: teachers.map((j) => tracker.firstExpert(j)),
    pairs: teachers.map((j) => tracker.firstPair(j)),
    ...end,
  };
};
