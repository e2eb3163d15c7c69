import { forward, lossAndGradient, type MoE, type NDArray } from '@softmoe/model';
import { hasOwnGates, type Inputs } from '@softmoe/model/checks';
import {
  addAt,
  at,
  axpy,
  axpyAt,
  difference,
  entry,
  mapParams,
  matrixSize,
  norm,
  outputSlopes,
  radialDerivatives,
  row,
  type Steps,
  subtractRadial,
  takeRows,
  toTangentMatrix,
  zeros,
} from '@softmoe/model/linalg';
import { extend } from './jacobians.ts';

/** Second derivatives weighted by the residuals, and an estimate of their error in the spectral norm. */
export interface ResidualHessian {
  /** In tangent coordinates of the model. */
  readonly span: NDArray;
  /** Over router 1 … m, expert 1 … m out of the span, [2m, 2m]. */
  readonly complement: NDArray;
  readonly error: number;
}

/**
 * The Riemannian Hessian of mean(r_s f(x_s)) at `model`, with its residuals r_s held fixed: what the Hessian of the loss
 * on a sample has beside its Gauss–Newton part, docs/theory.md (39).
 *
 * f depends on a row only through a logit, so that one difference in each of the 2m logits gives all second derivatives:
 * that by coordinate j of the row is the one by the logit times x_j. `extended` holds the points with a last coordinate of
 * 1, [size, r + 1]. Yields the number of points done, for one logit after the other.
 */
export function* residualHessian(
  model: MoE,
  extended: Float64Array,
  targets: Inputs,
  size: number,
): Steps<ResidualHessian> {
  const whole = extend(model);
  const residuals = difference(forward(whole, extended, size), Float64Array.from(targets));
  const weights = residuals.map((residual) => residual / size);
  const far = yield* logitDifferences(whole, extended, weights, FAR);
  const near = yield* logitDifferences(whole, extended, weights, NEAR);
  const span = extrapolated(far.span, near.span);
  const complement = extrapolated(far.complement, near.complement);

  const { gradient } = lossAndGradient(whole, extended, targets, size);
  const tangent = toTangentMatrix(model, span.hessian);
  subtractRadial(model, radialDerivatives(whole, gradient), tangent, complement.hessian);
  return { span: tangent, complement: complement.hessian, error: span.error + complement.error };
}

interface Parts {
  /** Euclidean, over all parameters of the model in layout order. */
  readonly span: NDArray;
  readonly complement: NDArray;
}

/** Σ_s weights_s ∇²f(x_s), by one central difference in each logit. */
function* logitDifferences(
  whole: MoE,
  extended: Float64Array,
  weights: Float64Array,
  distance: number,
): Steps<Parts> {
  const { experts: m, inputDim: wide } = whole.spec;
  const r = wide - 1;
  const biased = whole.params.routerBias !== undefined;
  const parameters = 2 * m * r + m + (biased ? m : 0);
  const span = zeros([parameters, parameters]);
  const complement = zeros([2 * m, 2 * m]);
  for (let b = 0; b < 2 * m; b++) {
    const moments = yield* logitMoments(whole, b, extended, weights, distance);
    const write = (row: number, p: number) => {
      span.data.set(moments.data.subarray(p * wide, p * wide + r), row * parameters + b * r);
      if (!biased || b >= m) return;
      const bias = 2 * m * r + m + b;
      span.data[row * parameters + bias] = entry(moments, p, r);
    };
    for (let row = 0; row < 2 * m * r; row++) write(row, Math.floor(row / r) * wide + (row % r));
    for (let i = 2 * m * r; i < parameters; i++) write(i, i + 2 * m);
    for (let other = 0; other < 2 * m; other++) {
      complement.data[other * 2 * m + b] = entry(moments, (other + 1) * wide - 1, r);
    }
  }
  // f is linear in the amplitudes: their columns are their rows, and zero where they meet.
  for (let i = 2 * m * r; i < 2 * m * r + m; i++) {
    for (let p = 0; p < parameters; p++) {
      span.data[p * parameters + i] = entry(span, i, p);
    }
  }
  return { span, complement };
}

/** Unit i of a model by itself. */
function unitOf({ spec, params }: MoE, i: number): MoE {
  return {
    spec: { ...spec, experts: 1 },
    params: mapParams(params, (array) => takeRows(array, [i])),
  };
}

/**
 * By coordinate c of row b, 1 ≤ c ≤ r, or by its logit, which is the last: Σ_s weights_s x_sc ∂(∇f)_p/∂logit_b, for all parameters p of
 * the extended model, [P, r + 1]. ∇f is made of slopes, of which all but three stay where units have gates of their own.
 */
function* logitMoments(
  whole: MoE,
  b: number,
  extended: Float64Array,
  weights: Float64Array,
  distance: number,
): Steps<NDArray> {
  const { experts: m, inputDim: wide } = whole.spec;
  const rows = 2 * m * wide;
  const biases = whole.params.routerBias ? m : 0;
  const moments = zeros([rows + m + biases, wide]);
  const size = weights.length;
  // A unit with a gate of its own is all that moves: its slopes are those of the unit alone.
  const alone = hasOwnGates(whole.spec.routing);
  const part = alone ? unitOf(whole, b % m) : whole;
  const logit = alone ? Math.floor(b / m) : b;
  const below = outputSlopes(shifted(part, logit, -distance), extended, size);
  for (const above of outputSlopes(shifted(part, logit, distance), extended, size)) {
    const { start, stride, x, slopes } = above;
    const less = below.next().value?.slopes ?? slopes;
    for (let own = 0; own < 3 * part.spec.experts; own++) {
      const u = alone ? own * m + (b % m) : own;
      for (let s = 0; s < above.rows; s++) {
        const k = own * stride + s;
        const change = (at(weights, start + s) * (at(slopes, k) - at(less, k))) / (2 * distance);
        if (u < 2 * m) addOuter(change, x, s * wide, wide, moments.data, u * wide * wide);
        else axpyAt(change, x, s * wide, moments.data, (rows + u - 2 * m) * wide, wide);
      }
    }
    yield start + above.rows;
  }
  // A bias is the logit of its router.
  for (let i = 0; i < biases; i++) row(moments, rows + m + i).set(row(moments, (i + 1) * wide - 1));
  return moments;
}

/** Adds factor·x xᵀ, [n, n], for the n numbers of `x` from `from` on, to `target` from `start` on. */
function addOuter(
  factor: number,
  x: Float64Array,
  from: number,
  n: number,
  target: Float64Array,
  start: number,
): void {
  for (let j = 0; j < n; j++) axpyAt(factor * at(x, from + j), x, from, target, start + j * n, n);
}

/** The model with `distance` more in logit b of router 1 … m, expert 1 … m at every point: through the coordinate that is 1. */
function shifted({ spec, params }: MoE, b: number, distance: number): MoE {
  const { experts: m, inputDim: wide } = spec;
  const name = b < m ? 'router' : 'expert';
  return {
    spec,
    params: mapParams(params, (array, key) => {
      if (key !== name) return array;
      const data = array.data.slice();
      const last = ((b % m) + 1) * wide - 1;
      addAt(data, last, distance);
      return { shape: array.shape, data };
    }),
  };
}

/** Distances of two central differences: small beside the scale of what is differentiated, large beside rounding. */
export const FAR: number = 1e-3;
export const NEAR: number = FAR / 2;

/** A symmetric matrix of second derivatives from differences, and an estimate of its error in the spectral norm. */
export interface DifferenceHessian {
  readonly hessian: NDArray;
  readonly error: number;
}

/**
 * Richardson's extrapolation of second derivatives [n, n] by central differences at {@link FAR} and at {@link NEAR}, made
 * symmetric, docs/theory.md (39): of error O(h⁴). The error estimate is that of the nearer difference, which is larger,
 * plus the asymmetry that is left.
 */
export function extrapolated(far: NDArray, near: NDArray): DifferenceHessian {
  const { rows: n } = matrixSize(near);
  const correction = difference(near.data, far.data).map((x) => x / 3);
  const raw = { shape: near.shape, data: near.data.slice() };
  axpy(1, correction, raw.data);
  const hessian = zeros([n, n]);
  const asymmetry = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = entry(raw, i, j);
      const mirrored = entry(raw, j, i);
      hessian.data[i * n + j] = 0.5 * (value + mirrored);
      asymmetry[i * n + j] = 0.5 * (value - mirrored);
    }
  }
  return { hessian, error: norm(correction) + norm(asymmetry) };
}
