import { proofCost } from '@softmoe/certify';
import { DENSE_LIMIT } from '@softmoe/model/linalg';
import { TRAIL_LENGTH } from '@softmoe/train';
import type { Config } from './config.ts';
import { finetuneStageOf } from './estimators.ts';

/** What a phase of an experiment needs, in numbers of a float64 each and in floating-point operations. */
export interface PhaseSize {
  /** Most numbers alive at a time, the models of the experiment included. */
  readonly numbers: number;
  /** Numbers of the largest single array. */
  readonly largest: number;
  /** Additions and multiplications, to an order of magnitude: how many steps a run takes is not known before. */
  readonly flops: number;
  /** Seconds of one core that these take, to an order of magnitude. */
  readonly seconds: number;
}

/** What a run of a config needs, by phase. */
export interface SizeEstimate {
  readonly train: PhaseSize;
  readonly prune: PhaseSize;
  readonly finetune: PhaseSize;
}

/** What a config does not say. */
export interface SizeOptions {
  /** Units that pruning leaves: by default those asked for, else those of the teacher, at which its cliff is. */
  readonly kept?: number;
  /** Whether the backend draws batches inside its kernels and never holds one. Default false. */
  readonly fused?: boolean;
}

/** The sizes that everything follows from. */
interface Sizes {
  readonly d: number;
  readonly k: number;
  readonly m: number;
  /** Units kept by pruning. */
  readonly s: number;
  /** Coordinates in which training runs: those of the span of all rows, docs/theory.md (14), or of the inputs. */
  readonly r: number;
  /** 2(m + k) rows of routers and experts. */
  readonly rows: number;
}

/** Operations a second on one core of 2024: of plain JavaScript, of its matrix products in tiles, and of the float32 kernels. */
const SCALAR = 1e9;
const TILES = 4e9;
const KERNELS = 2e10;

/** Teachers of up to this many units are proved in a run. */
const PROVED = 16;
const BYTES = 8;

/** Points that pruning averages over where it samples, those computed at a time, and those for each of many candidates. */
const GRAM = { points: 65_536, batch: 4096, candidate: 16_384 };

/** Looks at the spectrum in a run of gradient descent, and products with a Hessian that Lanczos takes in each. */
const LOOKS = 6;
const LANCZOS = 120;
/** Products that conjugate gradients take in a step of Levenberg–Marquardt. */
const CONJUGATE = 15;
/** Steps of a typical fine-tuning by gradient descent, and by Levenberg–Marquardt. */
const DESCENT = 400;
const MARQUARDT = 10;

/**
 * Memory and work of a run from its config alone, before anything is allocated.
 *
 * With m students, k teachers, r = min(d, 2(m + k)) coordinates and s units kept, in r′ = min(d, 2(s + k)):
 *
 * - models and span: 2(m + k)d + 4md + 2rd + 8(m + k)r
 * - training: 8m(m + k) + 2(m + k)r of overlaps and rows and (2(stages + 1) + 8)mr of models, slopes and gradients;
 *   engines that sample add twice their batch, unless kernels draw it; sampling in the span draws min(d, 2(m + k)) numbers a
 *   point, and adds 4m² operations a point and 12d·4(m + k)² for its turn. Work: a pair sum of 150(p + 1)² operations for each of m²/2 + mk pairs, p the
 *   degree of the experts, and 16m(m + k)r for products of rows, an evaluation
 * - pruning: 8m² of Gram matrices and factors; m²/2 pair sums and 4m³. Where units share their gates 12m columns of n points,
 *   and n(m⁴/2 + 2m³) operations for all candidates
 * - fine-tuning: P = s(2r′ + 1) parameters, twice for each iterate that is kept and once for each of some 60 products of Lanczos.
 *   Exact curvature: up to 300 parameters dense Hessians of P² numbers, six at a time; above it 28 numbers for each of s²/2 + sk
 *   pairs, 16s(s + k) + 16s² of coefficients and 10P + 2(s + k)r′ of rows. On a fixed sample of n points dense Hessians at any
 *   size, with the Jacobians beside them, n(4P + 4r′)
 * - the proof, on the exact loss, of at most 16 units if as many are kept: two matrices of k(4k + 1) rows and their factors
 *
 * Bytes are 8 a number. The engine's own start is not in it.
 */
export function estimateSize(config: Config, options: SizeOptions = {}): SizeEstimate {
  const { kept = expectedSize(config), fused = false } = options;
  const { inputDim: d, teachers: k, students: m } = config;
  const rows = 2 * (m + k);
  const r = config.engine === 'online' ? d : Math.min(d, rows);
  const sizes = { d, k, m, s: kept, r, rows };
  const span = config.engine === 'online' ? 0 : 2 * r * d;
  const models = rows * d + 4 * m * d + span + 4 * rows * r;
  const within = (phase: PhaseSize): PhaseSize => ({
    ...phase,
    numbers: phase.numbers + models,
    largest: Math.max(phase.largest, 2 * m * d, span / 2),
  });
  return {
    train: within(training(config, sizes, fused)),
    prune: within(pruning(config, sizes)),
    finetune: within(finetuning(config, sizes)),
  };
}

/** Units that pruning keeps as far as a config tells: as many as asked for, or as the teacher has. */
function expectedSize({ prune, students, teachers }: Config): number {
  return prune.rule === 'size' ? prune.size : Math.min(students, teachers);
}

function training(config: Config, { k, m, r, rows }: Sizes, fused: boolean): PhaseSize {
  const { engine, train, expert } = config;
  const { evaluations, stages } = evaluationsOf(train);
  const state = (2 * (stages + 1) + 8) * m * r;
  if (engine === 'exact') {
    const overlaps = 4 * m * rows;
    const pairs = evaluations * pairFlops(expert) * m * (m / 2 + k);
    const products = evaluations * 8 * m * rows * r;
    const numbers = overlaps + rows * r + state;
    const phase = phaseOf(numbers, 2 * m * rows, pairs + products, SCALAR);
    return { ...phase, seconds: pairs / SCALAR + products / TILES };
  }
  const inSpan = train.sampling === 'span';
  const drawn = inSpan ? Math.min(r, rows) : r;
  const batch = fused ? 4 * m * r : 2 * train.batchSize * drawn;
  const moments = inSpan ? 4 * m * m * train.batchSize + 12 * r * rows * rows : 0;
  const flops = evaluations * (train.batchSize * drawn * (8 * m + 4 * k + 20) + moments);
  const refined = inSpan ? Math.min(r, 4 * k) : r;
  const refining =
    engine === 'online' ? config.finetune.onlineSteps * train.batchSize * refined * 16 * k : 0;
  return phaseOf(batch + state, batch / 2, flops + refining, KERNELS);
}

/** Evaluations of the gradient in training: adaptive methods take about as many at each time, more to more digits. */
function evaluationsOf({ method, time, step, tolerance }: Config['train']): {
  readonly evaluations: number;
  readonly stages: number;
} {
  const digits = (order: number) => (1e-4 / tolerance) ** (1 / order);
  switch (method) {
    case 'bogackiShampine':
      return { evaluations: 4 * time * digits(3), stages: 3 };
    case 'dormandPrince':
      return { evaluations: 3 * time * digits(5), stages: 6 };
    default:
      return { evaluations: time / step, stages: 1 };
  }
}

function pruning(config: Config, { k, m, r }: Sizes): PhaseSize {
  const { engine, routing, expert } = config;
  const matrices = 8 * m * m;
  const elimination = 4 * m ** 3;
  if (engine === 'exact') {
    const pairs = pairFlops(expert) * m * (m + k);
    return phaseOf(matrices, m * m, pairs + elimination, SCALAR);
  }
  if (routing === 'independent') {
    const batch = GRAM.batch * (r + m);
    const flops = 2 * GRAM.points * (4 * m * r + m ** 2);
    const numbers = matrices + batch + keptSample(config, r);
    return phaseOf(numbers, Math.max(m * m, batch), flops + elimination, SCALAR);
  }
  const inSpan = Math.min(r, 2 * (m + k));
  const columns = GRAM.candidate * (12 * m + 2 * inSpan);
  const candidates = GRAM.candidate * (m ** 4 / 2 + 2 * m ** 3);
  return phaseOf(
    matrices + columns + keptSample(config, inSpan),
    Math.max(m * m, GRAM.candidate * inSpan),
    candidates + elimination,
    SCALAR,
  );
}

function finetuning(config: Config, { d, k, s, r: before }: Sizes): PhaseSize {
  const { finetune, expert } = config;
  const r = Math.min(d, 2 * (s + k));
  const parameters = s * (2 * r + 1);
  const square = parameters ** 2;
  const descends = finetune.method === 'gradientDescent';
  const steps = Math.min(finetune.maxSteps, descends ? DESCENT : MARQUARDT);
  const looks = descends ? LOOKS : MARQUARDT;
  const iterates = 2 * Math.min(TRAIL_LENGTH, steps + 1) * parameters;
  const evaluations = steps * (pairFlops(expert) * s * (s + k) + 16 * s * (s + k) * r);
  const exact = finetuneStageOf(config) === 'exact';
  const proved = (phase: PhaseSize): PhaseSize => {
    if (s !== k || k > PROVED) return phase;
    const { bytes, seconds } = proofCost(k);
    return {
      numbers: Math.max(phase.numbers, (2 * bytes) / BYTES + iterates),
      largest: Math.max(phase.largest, bytes / BYTES),
      flops: phase.flops + (bytes / BYTES) ** 1.5,
      seconds: phase.seconds + seconds,
    };
  };
  if (exact && parameters > DENSE_LIMIT) {
    const pairs = s * (s / 2 + k);
    const coefficients = 16 * s * (s + k) + 16 * s * s;
    const rows = 10 * parameters + 2 * (s + k) * r;
    // Lanczos keeps a vector for each product, 10 to 130 of them as eigenvalues coincide or not.
    const numbers = 28 * pairs + coefficients + rows + iterates + 0.5 * LANCZOS * parameters;
    const product = 4 * s * r * (4 * (s + k) + 2 * s) + 120 * pairs;
    const derivatives = looks * 4 * pairFlops(expert) * pairs;
    const spectrum = LANCZOS * (product + 4 * LANCZOS * parameters);
    const solving = descends ? looks * spectrum : looks * CONJUGATE * product + spectrum;
    const largest = Math.max(28 * pairs, 4 * s * (s + k), parameters);
    return proved(phaseOf(numbers, largest, evaluations + derivatives + solving, SCALAR));
  }
  const spectra = looks * (2 * LANCZOS + 60) * square;
  const systems = descends ? 0 : (MARQUARDT * parameters ** 3) / 3;
  if (exact) {
    const numbers = (descends ? 6 : 7) * square + iterates;
    return proved(phaseOf(numbers, square, evaluations + spectra + systems, SCALAR));
  }
  const n = finetune.sampleSize;
  const jacobians = n * (4 * parameters + 4 * r) + keptSample(config, before);
  const differences = looks * 8 * s * n * parameters * r;
  const work = steps * n * 16 * s * r + looks * n * square + differences + spectra + systems;
  const numbers = jacobians + 8 * square + iterates;
  return phaseOf(numbers, Math.max(n * parameters, square), work, SCALAR);
}

/** Numbers of the sample that pruning averages over, where it is small enough to be kept for the rest of the run. */
function keptSample({ engine, routing }: Config, r: number): number {
  const points = routing === 'independent' ? GRAM.points : GRAM.candidate;
  return engine !== 'exact' && points * r <= 2 ** 22 ? points * (r + 1) : 0;
}

/** Operations of the expectation of a pair of units and its derivatives, docs/theory.md (7), by the degree of the experts. */
function pairFlops(expert: Config['expert']): number {
  const degree =
    expert.kind === 'hermite'
      ? expert.degree
      : 'coefficients' in expert
        ? expert.coefficients.length - 1
        : 1;
  return 150 * (degree + 1) ** 2;
}

function phaseOf(numbers: number, largest: number, flops: number, rate: number): PhaseSize {
  return { numbers, largest, flops, seconds: flops / rate };
}
