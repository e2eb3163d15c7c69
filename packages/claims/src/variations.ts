import type { ConfigInput } from '@softmoe/lab';
import { type PlannedTask, type Scale, scales } from './claim.ts';
import type { LearningInput } from './measurements/learning.ts';

/** One change to the setting in which the paper's claims are made. */
export interface Variation {
  readonly group: string;
  readonly value: string;
  /** Where it lies on the axis of its group; undefined in groups without one. */
  readonly at: number | undefined;
  readonly config: ConfigInput;
  /** Whether learning uses samples, where there is no closed form. */
  readonly sampled: boolean;
  /** Processor time of a run, as far as it was calibrated. */
  readonly seconds: number;
  /** The least scale that includes it. */
  readonly from: Scale;
}

/** Processor time of a sampled run of the base, and of one with softmax routing for each student. */
const NOISE_SECONDS = 2;
const SOFTMAX_SECONDS = 0.4;

const BASE = { inputDim: 64, teachers: 3, students: 15, train: { time: 300 } } as const;
const SAMPLED = {
  ...BASE,
  engine: 'subspace',
  train: { time: 150, batchSize: 2048 },
} as const satisfies ConfigInput;
/** Experts with a linear part align ten times sooner, and without a fused kernel they take ten times as long. */
const FAST = {
  ...SAMPLED,
  train: { ...SAMPLED.train, time: 40 },
} as const satisfies ConfigInput;
const SOFTMAX = {
  inputDim: 64,
  routing: 'softmax',
  train: { batchSize: 2048 },
} as const satisfies ConfigInput;

function exact(
  group: string,
  value: string,
  change: ConfigInput,
  from: Scale,
  at?: number,
): Variation {
  const config = { ...BASE, ...change };
  return { group, value, config, sampled: false, seconds: 0.3, from, at };
}

function sampled(
  group: string,
  value: string,
  config: ConfigInput,
  from: Scale,
  seconds: number,
  at?: number,
): Variation {
  return { group, value, config, sampled: true, seconds, from, at };
}

/** Learning of a student whose gates compete alone, from samples: what ends is looked at when it ends. */
export function competingRun(teachers: number, students: number, seed: number): PlannedTask {
  const input: LearningInput = {
    config: { ...SOFTMAX, teachers, students, seed },
    stopWhenRecovered: false,
  };
  return { kind: 'claim/learning', input, seconds: SOFTMAX_SECONDS * students };
}

const all: readonly Variation[] = [
  exact('Base', 'as in the paper', {}, 'tiny'),
  ...[-0.3, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95].map((overlap) =>
    exact(
      'Correlated teacher',
      `overlap ${overlap}`,
      { geometry: { kind: 'correlated', overlap } },
      overlap === 0.9 ? 'tiny' : [0.3, 0.6].includes(overlap) ? 'quick' : 'full',
      overlap,
    ),
  ),
  ...[4, 8, 16, 64, 256].map((inputDim) =>
    exact(
      'Random-unit teacher',
      `d = ${inputDim}`,
      { inputDim, geometry: { kind: 'random-unit' } },
      [8, 64].includes(inputDim) ? 'quick' : 'full',
      inputDim,
    ),
  ),
  ...[2, 4, 8].map((amplitudeSpread) =>
    exact(
      'Teacher amplitudes',
      `1 to 1/${amplitudeSpread}`,
      { amplitudeSpread },
      amplitudeSpread === 2 ? 'full' : 'quick',
      amplitudeSpread,
    ),
  ),
  exact('Gate', 'probit', { gate: 'probit' }, 'quick'),
  exact('Gate', 'tanh', { gate: 'tanh' }, 'quick'),
  ...[2, 4, 5].map((degree) =>
    exact(
      'Expert',
      `He${degree}`,
      { expert: { kind: 'hermite', degree } },
      degree === 5 ? 'full' : 'quick',
    ),
  ),
  exact(
    'Expert',
    'He1 and He3',
    { expert: { kind: 'series', coefficients: [0, 0.6, 0, 0.8] } },
    'full',
  ),
  exact(
    'Expert',
    'He2 and He3',
    { expert: { kind: 'series', coefficients: [0, 0, 0.6, 0.8] } },
    'full',
  ),
  ...(['relu', 'gelu', 'tanh'] as const).map((kind) =>
    sampled('Expert', kind, { ...FAST, expert: { kind } }, kind === 'relu' ? 'quick' : 'full', 6),
  ),
  sampled('Expert', 'linear', { ...SAMPLED, expert: { kind: 'linear' } }, 'quick', NOISE_SECONDS),
  ...[0, 1, 3, 10, 30].map((noise) =>
    sampled(
      'Label noise',
      `σ = ${noise}`,
      { ...SAMPLED, train: { ...SAMPLED.train, noise } },
      [1, 10].includes(noise) ? 'quick' : 'full',
      NOISE_SECONDS,
      noise,
    ),
  ),
  ...[3, 6, 9, 15].map((students) =>
    sampled(
      'Competing gates',
      `k = 3, m = ${students}`,
      { ...SOFTMAX, teachers: 3, students },
      students === 15 ? 'quick' : 'full',
      SOFTMAX_SECONDS * students,
      students,
    ),
  ),
];

/** The variations that a scale includes: each scale has those of the smaller ones. */
export function variations(scale: Scale): Variation[] {
  return all.filter(({ from }) => scales.indexOf(from) <= scales.indexOf(scale));
}
