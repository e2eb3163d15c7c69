import {
  createMoE,
  type Expert,
  type ExpertSpec,
  type MoE,
  type MoESpec,
  ValueError,
} from '@softmoe/model';
import { checkSpec, expertOf, requireKeys, type Written } from '@softmoe/model/checks';
import { randomDirections } from './directions.ts';
import { type GatingOptions, initialBias, specOf } from './gating.ts';
import { scalarNormals } from './stream.ts';

/** Sizes, kinds, amplitude and seed of a student. */
export type StudentOptions = GatingOptions & {
  /** d, the dimension of x. */
  readonly inputDim: number;
  /** m, the number of units. */
  readonly experts: number;
  /** By name and constants, or an object of the user's own. */
  readonly expert: ExpertSpec | Expert;
  readonly seed: number;
  /** |a_i| of every unit at the start, above 0. */
  readonly amplitude: number;
};

const STUDENT_OPTIONS: readonly (keyof StudentOptions)[] = [
  'inputDim',
  'experts',
  'gate',
  'expert',
  'routing',
  'seed',
  'amplitude',
];

/**
 * A student before training, docs/theory.md (2): routers and experts uniform on the sphere and independent of any
 * teacher, also of the same seed. Unit i does not depend on how many there are. Amplitudes are +`amplitude` for odd
 * experts, whose own sign can flip the unit, and of random sign for all others, whose cannot.
 *
 * Where units share their gates, docs/theory.md (5), the routers are the same unit rows and the biases are 0: logits are of unit
 * variance, so every unit starts with a share of every input, and training is free to change the lengths. Throws a typed error for
 * an option out of range or unknown.
 */
export function createStudent(written: Written<StudentOptions>): MoE {
  const options = written as StudentOptions;
  requireKeys('options', options, STUDENT_OPTIONS);
  const { inputDim, experts, seed, amplitude } = options;
  const spec = specOf(options);
  checkSpec(spec);
  checkAmplitude(amplitude);
  return createMoE(spec, {
    router: randomDirections(seed, 'student/router', experts, inputDim),
    expert: randomDirections(seed, 'student/expert', experts, inputDim),
    amplitude: { shape: [experts], data: signs(spec, seed).map((sign) => sign * amplitude) },
    ...initialBias(spec),
  });
}

function signs({ expert, experts }: MoESpec, seed: number): Float64Array {
  if (expertOf(expert).parity === 'odd') return new Float64Array(experts).fill(1);
  const draw = scalarNormals({ seed, stream: 'student/sign', step: 0, size: experts });
  return draw.map((x) => (x < 0 ? -1 : 1));
}

function checkAmplitude(amplitude: number): void {
  if (Number.isFinite(amplitude) && amplitude > 0) return;
  throw new ValueError('must be a finite number above 0', {
    field: 'amplitude',
    value: amplitude,
    remedy: 'Use a small one such as 1e-3: amplitudes that start at 0 never grow.',
  });
}
