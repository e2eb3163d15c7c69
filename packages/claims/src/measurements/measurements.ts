import type { ExperimentFunction } from '@softmoe/runs';
import { alignmentTimes } from './alignment-times.ts';
import { descentTail } from './descent-tail.ts';
import { frozenExperts, placedExperts } from './guidance.ts';
import { learning } from './learning.ts';
import { pruningBaselines } from './pruning-baselines.ts';

/** The measurements that claims rest on, by kind of task: pure functions of their input. */
export const claimFunctions: Readonly<Record<string, ExperimentFunction>> = {
  'claim/learning': learning,
  'claim/alignment-times': alignmentTimes,
  'claim/frozen-experts': frozenExperts,
  'claim/placed-experts': placedExperts,
  'claim/pruning-baselines': pruningBaselines,
  'claim/descent-tail': descentTail,
};
