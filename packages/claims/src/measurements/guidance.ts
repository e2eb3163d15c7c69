import { ALIGNED } from '@softmoe/lab';
import { type MoE, retract } from '@softmoe/model';
import { entry, takeRows } from '@softmoe/model/linalg';
import type { TaskFunction } from '@softmoe/tasks';
import { balancedFlow, frozen, overlaps, run, type TrainRecord } from '@softmoe/train';
import { alignmentTimes } from './alignment-times.ts';
import { createScene, flowStepper, type SceneInput } from './scene.ts';

/** The input of task `claim/frozen-experts`. */
export interface FrozenExpertsInput extends SceneInput {
  /** Flow time at which the joint run is given up. */
  readonly time: number;
}

/** How far routers aligned while experts rested, and how long a joint run takes. */
export interface FrozenExperts {
  /** Flow time at which the joint run had aligned a whole unit with every teacher unit; null if it had not. */
  readonly joint: number | null;
  /** Flow time of the run with frozen experts: three times that of the joint run. */
  readonly time: number;
  /** Largest v_i·v*_j at its start, and over its whole course. */
  readonly start: number;
  readonly largest: number;
}

/** How many times the joint run's time the experts stay frozen. */
const PATIENCE = 3;

/** Whether routers align while the experts rest at their random start: task `claim/frozen-experts`. */
export const frozenExperts: TaskFunction<FrozenExpertsInput, FrozenExperts, unknown> = async (
  input,
  context,
) => {
  const joint = await alignmentTimes({ ...input, until: 'pairs' }, context);
  const time = PATIENCE * joint.time;
  const scene = createScene(input);
  const largestOf = (record: TrainRecord) => Math.max(...record.overlaps!.router.data);
  let start: number | undefined;
  let largest = -1;
  for await (const record of run(flowStepper(scene, frozen(balancedFlow, ['expert'])), {
    start: scene.student,
    until: { time },
    record: { teacher: scene.teacher },
    signal: context.signal,
  })) {
    start ??= largestOf(record);
    largest = Math.max(largest, largestOf(record));
  }
  context.signal.throwIfAborted();
  const complete = joint.pairs.every((pair) => pair !== null);
  return { joint: complete ? joint.time : null, time, start: start!, largest };
};

/** The input of task `claim/placed-experts`. */
export interface PlacedExpertsInput extends SceneInput {
  /** Flow time over which the initial speed is measured. */
  readonly window: number;
  /** Flow time at which routers that have not aligned are given up. */
  readonly time: number;
}

/** How fast routers start whose experts are placed, and when they align. */
export interface PlacedExperts {
  /** For each unit, (v·v*(window) − v·v*(0))/window. */
  readonly speed: readonly number[];
  /** For each unit, the flow time at which its router aligned, to the record after it; null if it did not. */
  readonly aligned: readonly (number | null)[];
}

/** How fast routers align whose experts stand at the teacher's from the start: task `claim/placed-experts`. */
export const placedExperts: TaskFunction<PlacedExpertsInput, PlacedExperts, unknown> = async (
  input,
  { signal },
) => {
  const scene = createScene(input, placeExperts);
  const { student, teacher } = scene;
  const k = input.teachers;
  const own = (model: MoE) => {
    const { router } = overlaps(model, teacher);
    return Array.from({ length: input.students }, (_, i) => entry(router, i, i % k));
  };
  const before = own(student);
  const follow = (time: number) =>
    run(flowStepper(scene), { start: student, until: { time }, record: { teacher }, signal });
  let after = before;
  for await (const { state } of follow(input.window)) {
    after = own(state.model);
  }
  const aligned = new Array<number | null>(input.students).fill(null);
  for await (const { state, time } of follow(input.time)) {
    own(state.model).forEach((overlap, i) => {
      if (overlap >= ALIGNED) aligned[i] ??= time;
    });
    if (aligned.every((at) => at !== null)) break;
  }
  signal.throwIfAborted();
  return { speed: after.map((overlap, i) => (overlap - before[i]!) / input.window), aligned };
};

/** Unit i gets the expert direction of teacher unit i mod k. */
function placeExperts(student: MoE, teacher: MoE): MoE {
  const k = teacher.spec.experts;
  const rows = Array.from({ length: student.spec.experts }, (_, i) => i % k);
  const expert = takeRows(teacher.params.expert, rows);
  return retract(student.spec, { ...student.params, expert });
}
