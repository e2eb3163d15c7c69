import { type Gate, UnsupportedError } from '@softmoe/model';
import { at, axpyAt, exp, ln } from '@softmoe/model/linalg';
import { closedFormMoments, quadratureMoments, termsOf } from './gate-moments.ts';

/**
 * Coefficients of a gate behind a router of length σ, E[g(σξ)He_n(ξ)]/√n! = σⁿ c_n(σ)/√n! for n = 0, 1, …, docs/theory.md (9), up to
 * where they are lost in rounding, each to about 1e-15.
 */
export type CoefficientsAt = (sigma: number) => Float64Array;

/** Lengths of one panel: the largest is e^{1/4} times the smallest. */
const PANELS_PER_E = 4;
/** Lengths at which a panel knows the coefficients by quadrature. */
const NODES = 16;
/** Of the distance of the nearest singularity: a grid of such a step resolves all that is not lost in rounding. */
const STEP = 0.06;
/** Coefficients that are smaller are rounding. */
const LOST = 4e-16;
/** Sums of more terms take too long to be taken at every step. */
const MOST = 16_384;

const cache = new WeakMap<Gate, CoefficientsAt>();

/**
 * What gives the coefficients of a built-in gate at any length: in closed form where there is one, else by interpolation in ln σ, through
 * Chebyshev points, of what quadrature gives; panels are made when a length first falls into them. What it returns throws
 * {@link UnsupportedError} for a length whose series is out of reach.
 */
export function coefficientsOf(gate: Gate): CoefficientsAt {
  const known = cache.get(gate);
  if (known) return known;
  const { hermiteCoefficients } = gate;
  const panels = new Map<number, Panel>();
  const made: CoefficientsAt = hermiteCoefficients
    ? (sigma) => closedFormMoments(gate, sigma).normalised
    : (sigma) => {
        const place = PANELS_PER_E * ln(sigma);
        const index = Math.floor(place);
        const panel = panels.get(index) ?? panelOf(gate, index);
        panels.set(index, panel);
        return interpolate(panel, 2 * (place - index) - 1);
      };
  cache.set(gate, made);
  return made;
}

/** Coefficients at the nodes of a panel, [NODES, count]. */
interface Panel {
  readonly count: number;
  readonly values: readonly Float64Array[];
}

function panelOf(gate: Gate, index: number): Panel {
  const { singularity = Infinity } = gate;
  const longest = exp((index + 1) / PANELS_PER_E);
  const decay = singularity / longest;
  const count = termsOf(decay) + 32;
  const step = Math.min(0.2, STEP * decay);
  if (count > MOST) throw tooLong(gate, longest);
  const values = Array.from(nodes, (x) => {
    const sigma = exp((index + 0.5 * (1 + x)) / PANELS_PER_E);
    return quadratureMoments((z) => gate.value(sigma * z), count, step);
  });
  const kept = 1 + Math.max(...values.map((each) => each.findLastIndex(isKept)));
  return { count: kept, values: values.map((each) => each.slice(0, kept)) };
}

const isKept = (c: number) => Math.abs(c) > LOST;

/** Barycentric interpolation at x in [−1, 1]. */
function interpolate({ count, values }: Panel, x: number): Float64Array {
  const hit = nodes.indexOf(x);
  if (hit >= 0) return withoutNoise(values[hit]!.slice());
  const shares = nodes.map((node, k) => at(weights, k) / (x - node));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const result = new Float64Array(count);
  for (const [k, share] of shares.entries()) {
    axpyAt(share / total, values[k]!, 0, result, 0, count);
  }
  return withoutNoise(result);
}

function withoutNoise(coefficients: Float64Array): Float64Array {
  return coefficients.subarray(0, coefficients.findLastIndex(isKept) + 1);
}

/** cos((2k + 1)π/32), by halving angles: Chebyshev points with the same bits on every engine. */
const nodes: Float64Array = chebyshevPoints();
/** (−1)^k sin((2k + 1)π/32), the barycentric weights of these points; a sine is the cosine of another one. */
const weights: Float64Array = nodes.map(
  (_, k) => (k % 2 === 0 ? 1 : -1) * Math.abs(at(nodes, (k + NODES / 2) % NODES)),
);

function chebyshevPoints(): Float64Array {
  let [cosine, double] = [0, -1];
  for (let angle = 2; angle < 2 * NODES; angle *= 2) {
    double = cosine;
    cosine = Math.sqrt(0.5 * (1 + cosine));
  }
  const points = Float64Array.of(cosine, ...new Float64Array(NODES - 1));
  let before = cosine;
  for (let k = 1; k < NODES; k++) {
    points[k] = 2 * double * at(points, k - 1) - before;
    before = at(points, k - 1);
  }
  return points;
}

function tooLong({ name }: Gate, longest: number): UnsupportedError {
  return new UnsupportedError(
    `has rows of length ${longest.toPrecision(2)} or about, too long for exact expectations: their series need over ${MOST} terms`,
    {
      field: 'params.router',
      value: name,
      remedy:
        "Use shorter routers, or sample them: engine 'subspace' or 'online', or @softmoe/sampled.",
    },
  );
}
