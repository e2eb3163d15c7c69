import {
  createMoE,
  type Expert,
  type ExpertSpec,
  type MoE,
  type MoESpec,
  type NDArray,
  UnknownNameError,
  ValueError,
} from '@softmoe/model';
import { checkSpec, requireFinite, requireKeys, type Written } from '@softmoe/model/checks';
import { axpy, parameterLayout, row, zeros } from '@softmoe/model/linalg';
import { normalRows, orthonormalRows, randomDirections } from './directions.ts';
import { type GatingOptions, initialBias, specOf } from './gating.ts';

/**
 * How the 2k directions of a teacher lie.
 * `orthonormal`: all 2k orthonormal, a uniformly random frame. `random-unit`: 2k independent uniform directions.
 * `correlated`: any two experts overlap by exactly `overlap`, in (−1/(k − 1), 1); routers stay orthonormal and
 * orthogonal to every expert. Overlap 0 is the orthonormal teacher of the same seed, bit for bit.
 */
export type Geometry =
  | { readonly kind: 'orthonormal' }
  | { readonly kind: 'random-unit' }
  | { readonly kind: 'correlated'; readonly overlap: number };

/** Names of the geometries of teachers. */
export const geometryKinds: readonly Geometry['kind'][] = [
  'orthonormal',
  'random-unit',
  'correlated',
];

/** Sizes, kinds, geometry and seed of a teacher. */
export type TeacherOptions = GatingOptions & {
  /** d, the dimension of x. */
  readonly inputDim: number;
  /** k, the number of units. */
  readonly experts: number;
  /** By name and constants, or an object of the user's own. */
  readonly expert: ExpertSpec | Expert;
  readonly geometry: Geometry;
  readonly seed: number;
  /**
   * s ≥ 1: amplitudes fall from 1 for the first unit to 1/s for the last in equal ratios, a_j = s^(−j/(k − 1)) for
   * j = 0 … k − 1. By default 1: all amplitudes are 1.
   */
  readonly amplitudeSpread?: number;
  /** Length of the routers where the gate says that they have any, `norm: 'free'`; by default 1, and 1 elsewhere. */
  readonly routerNorm?: number;
};

const TEACHER_OPTIONS: readonly (keyof TeacherOptions)[] = [
  'inputDim',
  'experts',
  'gate',
  'expert',
  'routing',
  'geometry',
  'seed',
  'amplitudeSpread',
  'routerNorm',
];

/** Streams that a teacher is drawn from, at step 0 of its seed. */
const ROUTER_STREAM = 'teacher/router';
const EXPERT_STREAM = 'teacher/expert';

/**
 * A teacher f*(x) = Σ_j a_j g(v_j·x) h(w_j·x), docs/theory.md (2), the same bits for the same options. With shared
 * gates f*(x) = Σ_j a_j π_j(x) h(w_j·x), docs/theory.md (5), with the same unit rows and zero biases. Throws a typed
 * error for an option out of range; orthonormal and correlated teachers need inputDim ≥ 2·experts.
 */
export function createTeacher(written: Written<TeacherOptions>): MoE {
  const options = written as TeacherOptions;
  requireKeys('options', options, TEACHER_OPTIONS);
  const { experts, geometry, seed, amplitudeSpread = 1, routerNorm = 1 } = options;
  const spec = specOf(options);
  checkSpec(spec);
  requireFinite('amplitudeSpread', amplitudeSpread, 1);
  requireFinite('routerNorm', routerNorm, Number.MIN_VALUE);
  if (routerNorm !== 1) requireFreeRouters(spec, routerNorm);
  const { router, expert } = directions(spec, geometry, seed);
  return createMoE(spec, {
    router: routerNorm === 1 ? router : scaled(router, routerNorm),
    expert,
    amplitude: { shape: [experts], data: spreadAmplitudes(experts, amplitudeSpread) },
    ...initialBias(spec),
  });
}

function scaled({ shape, data }: NDArray, factor: number): NDArray {
  return { shape, data: data.map((x) => factor * x) };
}

function requireFreeRouters(spec: MoESpec, routerNorm: number): void {
  if (parameterLayout(spec).router.manifold === 'free') return;
  throw new ValueError('is for routers that may have any length, and those of this gate have 1', {
    field: 'routerNorm',
    value: routerNorm,
    remedy: "Use gate: { name, norm: 'free' }, or give the gate this norm.",
  });
}

function directions(
  spec: MoESpec,
  geometry: Geometry,
  seed: number,
): { router: NDArray; expert: NDArray } {
  const { inputDim: d, experts: k } = spec;
  const correlated = geometry?.kind === 'correlated';
  requireKeys('geometry', geometry, correlated ? ['kind', 'overlap'] : ['kind']);
  switch (geometry.kind) {
    case 'orthonormal':
      return orthonormalFrame(spec, seed);
    case 'random-unit':
      return {
        router: randomDirections(seed, ROUTER_STREAM, k, d),
        expert: randomDirections(seed, EXPERT_STREAM, k, d),
      };
    case 'correlated': {
      checkOverlap(geometry.overlap, k);
      const { router, expert } = orthonormalFrame(spec, seed);
      return { router, expert: correlateRows(expert, geometry.overlap) };
    }
    default:
      throw new UnknownNameError('is not a geometry of teachers', {
        field: 'geometry.kind',
        value: (geometry as { kind?: unknown }).kind,
        remedy: `Use one of ${geometryKinds.join(', ')}.`,
      });
  }
}

function orthonormalFrame(spec: MoESpec, seed: number): { router: NDArray; expert: NDArray } {
  const { inputDim: d, experts: k } = spec;
  if (2 * k > d) {
    const most = Math.floor(d / 2);
    throw new ValueError(
      `must be at least 2·experts = ${2 * k}, since ${k} routers and ${k} experts are orthonormal`,
      {
        field: 'inputDim',
        value: d,
        remedy: `Use inputDim ≥ ${2 * k}${most > 0 ? `, at most ${most} experts` : ''}, or geometry 'random-unit'.`,
      },
    );
  }
  const all = zeros([2 * k, d]);
  all.data.set(normalRows(seed, ROUTER_STREAM, k, d).data);
  all.data.set(normalRows(seed, EXPERT_STREAM, k, d).data, k * d);
  const { data } = orthonormalRows(all);
  return {
    router: { shape: [k, d], data: data.slice(0, k * d) },
    expert: { shape: [k, d], data: data.slice(k * d) },
  };
}

/**
 * The symmetric square root of (1 − c)I + c·11ᵀ times the orthonormal rows Q: αQ + β·1(1ᵀQ) with α = √(1 − c) and
 * α + kβ = √(1 + (k − 1)c). No row is singled out.
 */
function correlateRows(orthonormal: NDArray, overlap: number): NDArray {
  const [k = 0, d = 0] = orthonormal.shape;
  const alpha = Math.sqrt(1 - overlap);
  const beta = (Math.sqrt(1 + (k - 1) * overlap) - alpha) / k;
  const sum = new Float64Array(d);
  for (let i = 0; i < k; i++) axpy(1, row(orthonormal, i), sum);
  const correlated = { shape: [k, d], data: orthonormal.data.map((x) => alpha * x) };
  for (let i = 0; i < k; i++) axpy(beta, sum, row(correlated, i));
  return correlated;
}

function checkOverlap(overlap: number, k: number): void {
  const least = k > 2 ? -1 / (k - 1) : -1;
  if (overlap > least && overlap < 1) return;
  throw new ValueError(`must be between ${least} and 1, both excluded, for ${k} experts`, {
    field: 'geometry.overlap',
    value: overlap,
    remedy: 'No unit vectors have such an overlap, or they would be linearly dependent.',
  });
}

/** s^(−j/(k − 1)): powers of a ratio found by bisection, so that no engine's Math.pow has a say in the bits. */
function spreadAmplitudes(k: number, spread: number): Float64Array {
  const amplitudes = new Float64Array(k).fill(1);
  if (spread === 1) return amplitudes;
  const ratio = rootOf(1 / spread, k - 1);
  let amplitude = 1;
  for (let j = 1; j < k - 1; j++) {
    amplitude *= ratio;
    amplitudes[j] = amplitude;
  }
  if (k > 1) amplitudes[k - 1] = 1 / spread;
  return amplitudes;
}

/** The positive x ≤ 1 with xⁿ = y, for y in (0, 1]. */
function rootOf(y: number, n: number): number {
  let low = y;
  let high = 1;
  for (;;) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return high;
    let power = 1;
    for (let i = 0; i < n; i++) power *= middle;
    if (power < y) low = middle;
    else high = middle;
  }
}
