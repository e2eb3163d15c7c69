import type { PairSums } from '@softmoe/kernels/least-squares';
import type { MoE, MoESpec, NDArray, Points } from '@softmoe/model';
import {
  addAt,
  at,
  axpyAt,
  dotAt,
  parameterLayout,
  type Steps,
  tangentDim,
  tangentReflections,
  zeros,
} from '@softmoe/model/linalg';
import type { Kernels } from './plain-kernels.ts';
import { BLOCK, type SlopeGroup } from './slopes.ts';

/** Vectors over points, divided by powers of two that bring the largest number of each near 1, where float32 holds it. */
interface Scaled {
  /** [blocks, count, BLOCK] */
  readonly vectors: Float32Array;
  /** What each was divided by, [count]. */
  readonly scales: Float64Array;
}

/** One of the two matrix products that a Gauss–Newton matrix consists of: pairs of slopes by pairs of coordinates. */
interface Product {
  /** Numbers of two slopes for every row, [rows, 2]. */
  readonly slopes: Int32Array;
  /** Numbers of two coordinates for every column, [columns, 2]; after those of the input comes one that is 1. */
  readonly coordinates: Int32Array;
}

/** How derivatives are made of slopes: what is the same for all models of one size. */
interface Plan {
  /** Pairs of logits by pairs of coordinates. */
  readonly rows: Product;
  /** Pairs of a unit output and a slope by one coordinate, in order. */
  readonly amplitudes: Product;
  /** The tangent coordinate of slope u and coordinate j of a point, reflected, at u(d + 1) + j; −1 where there is none. */
  readonly places: Int32Array;
}

/** What gives the Gauss–Newton matrices of models on a sample. Its steps yield the number of points done. */
export type GaussNewton = (
  model: MoE,
  groups: Iterable<SlopeGroup>,
  kernels: Kernels,
) => Steps<NDArray>;

/**
 * The Gauss–Newton matrix of docs/theory.md (32) on a fixed sample, as the pair sums of (67): of products in float32, summed in float64
 * over blocks of points. The function returned takes a model and its slopes at all points, and gives the matrix in tangent
 * coordinates of that model, [tangentDim, tangentDim].
 */
export function gaussNewtonOn({ inputs, size }: Points): GaussNewton {
  const d = inputs.length / size;
  const points = scaled(inBlocks(inputs, size, d), d + 1);
  let plan: Plan | undefined;
  let of: string | undefined;
  return function* (model, groups, kernels) {
    const { experts: m } = model.spec;
    const key = layoutKey(model.spec);
    if (key !== of) plan = planOf(model);
    of = key;
    const { rows, amplitudes, places } = plan!;
    const matrix = zeros([tangentDim(model.spec), tangentDim(model.spec)]);
    const reflections = tangentReflections(model).map((u) => u && Float64Array.of(...u, 0));
    for (const { first, blocks, slopes } of groups) {
      const factors = scaled(slopes, 3 * m);
      const from = first * (d + 1) * BLOCK;
      const vectors = points.vectors.subarray(from, from + blocks * (d + 1) * BLOCK);
      const sumsOf = (product: Product) =>
        kernels.pairSums(
          { vectors: factors.vectors, count: 3 * m, pairs: product.slopes },
          { vectors, count: d + 1, pairs: product.coordinates },
          BLOCK,
        );
      const scales = { slopes: factors.scales, coordinates: points.scales, mean: 1 / size };
      addRows(rows, sumsOf(rows), scales, reflections, places, matrix);
      addAmplitudes(amplitudes, sumsOf(amplitudes), scales, reflections, places, matrix);
      yield Math.min(size, (first + blocks) * BLOCK);
    }
    mirror(matrix);
    return matrix;
  };
}

/** The coordinates of all points and a coordinate 1, [blocks, d + 1, BLOCK], zero where there is no point. */
function inBlocks(inputs: Points['inputs'], size: number, d: number): Float64Array {
  const vectors = new Float64Array(Math.ceil(size / BLOCK) * (d + 1) * BLOCK);
  for (let s = 0; s < size; s++) {
    const start = Math.floor(s / BLOCK) * (d + 1) * BLOCK + (s % BLOCK);
    for (let j = 0; j < d; j++) vectors[start + j * BLOCK] = inputs[s * d + j]!;
    vectors[start + d * BLOCK] = 1;
  }
  return vectors;
}

/** Vectors over the points [blocks, count, BLOCK] as float32. */
function scaled(vectors: Float64Array, count: number): Scaled {
  const scales = new Float64Array(count);
  const rounded = new Float32Array(vectors.length);
  for (let v = 0; v < count; v++) {
    let most = 0;
    for (let start = v * BLOCK; start < vectors.length; start += count * BLOCK) {
      for (let k = start; k < start + BLOCK; k++) most = Math.max(most, Math.abs(at(vectors, k)));
    }
    const exponent = most > 0 ? Math.max(-1000, Math.min(1000, Math.floor(Math.log2(most)))) : 0;
    const inverse = 2 ** -exponent;
    scales[v] = 2 ** exponent;
    for (let start = v * BLOCK; start < vectors.length; start += count * BLOCK) {
      for (let k = start; k < start + BLOCK; k++) rounded[k] = at(vectors, k) * inverse;
    }
  }
  return { vectors: rounded, scales };
}

/** What sums over points of scaled vectors are multiplied by. */
interface Scales {
  readonly slopes: Float64Array;
  readonly coordinates: Float64Array;
  readonly mean: number;
}

type Reflections = readonly (Float64Array | undefined)[];

/**
 * Adds a part's share of the mean of the products of two rows' derivatives to the lower triangle of `matrix`. For rows b and c it is
 * (I − u_b u_bᵀ) S (I − u_c u_cᵀ) with the symmetric sums S of pairs of coordinates.
 */
function addRows(
  { slopes, coordinates }: Product,
  { sums, columns }: PairSums,
  scales: Scales,
  reflections: Reflections,
  places: Int32Array,
  matrix: NDArray,
): void {
  const wide = scales.coordinates.length;
  const n = coordinates.at(-1)! + 1;
  const block = new Float64Array(n * n);
  const weights = weightsOf(coordinates, scales);
  for (let p = 0; 2 * p < slopes.length; p++) {
    const b = slopes[2 * p]!;
    const c = slopes[2 * p + 1]!;
    const factor = at(scales.slopes, b) * at(scales.slopes, c);
    expand(sums, p * columns, weights, factor, n, block);
    reflect(block, n, reflections[b], reflections[c]);
    addBlock(block, n, places, b * wide, c * wide, b === c, matrix);
  }
}

/** Adds a part's share of the mean of the products with the derivatives by amplitudes to the lower triangle of `matrix`. */
function addAmplitudes(
  { slopes, coordinates }: Product,
  { sums, columns }: PairSums,
  scales: Scales,
  reflections: Reflections,
  places: Int32Array,
  { data, shape: [dim = 0] }: NDArray,
): void {
  const wide = scales.coordinates.length;
  const weights = weightsOf(coordinates, scales);
  for (let p = 0; 2 * p < slopes.length; p++) {
    const own = places[slopes[2 * p]! * wide + wide - 1]!;
    const b = slopes[2 * p + 1]!;
    const factor = at(scales.slopes, slopes[2 * p]!) * at(scales.slopes, b);
    const values = weights.map((weight, j) => factor * weight * at(sums, p * columns + j));
    const u = reflections[b];
    if (u) axpyAt(-dotAt(u, 0, values, 0, wide), u, 0, values, 0, wide);
    for (let j = 0; j < wide; j++) {
      const place = places[b * wide + j]!;
      if (place >= 0) addAt(data, lower(own, place, dim), at(values, j));
    }
  }
}

/** What the sums of pairs of coordinates are multiplied by. */
function weightsOf(coordinates: Int32Array, scales: Scales): Float64Array {
  return Float64Array.from({ length: coordinates.length / 2 }, (_, q) => {
    const [j, k] = [coordinates[2 * q]!, coordinates[2 * q + 1]!];
    return at(scales.coordinates, j) * at(scales.coordinates, k) * scales.mean;
  });
}

/** Writes a symmetric matrix [n, n] from the numbers on and above its diagonal, row after row from `from` on. */
function expand(
  sums: Float64Array,
  from: number,
  weights: Float64Array,
  factor: number,
  n: number,
  block: Float64Array,
): void {
  for (let j = 0, q = 0; j < n; j++) {
    for (let k = j; k < n; k++, q++) {
      const value = at(sums, from + q) * factor * at(weights, q);
      block[j * n + k] = value;
      block[k * n + j] = value;
    }
  }
}

/** Makes (I − uuᵀ) S (I − vvᵀ) of S, [n, n]; u and v may be longer. */
function reflect(
  block: Float64Array,
  n: number,
  u: Float64Array | undefined,
  v: Float64Array | undefined,
): void {
  if (v) {
    for (let j = 0; j < n; j++) {
      axpyAt(-dotAt(v, 0, block, j * n, n), v, 0, block, j * n, n);
    }
  }
  if (!u) return;
  const along = new Float64Array(n);
  for (let j = 0; j < n; j++) axpyAt(at(u, j), block, j * n, along, 0, n);
  for (let j = 0; j < n; j++) axpyAt(-at(u, j), along, 0, block, j * n, n);
}

/** Adds a block to the lower triangle of `matrix`, on the diagonal the half of it that lies there. */
function addBlock(
  block: Float64Array,
  n: number,
  places: Int32Array,
  rows: number,
  columns: number,
  diagonal: boolean,
  { data, shape: [dim = 0] }: NDArray,
): void {
  for (let j = 0; j < n; j++) {
    const p = places[rows + j]!;
    if (p < 0) continue;
    for (let k = diagonal ? j : 0; k < n; k++) {
      const q = places[columns + k]!;
      if (q >= 0) addAt(data, lower(p, q, dim), at(block, j * n + k));
    }
  }
}

/** Where the entry of two coordinates stands in the lower triangle. */
function lower(p: number, q: number, dim: number): number {
  return p < q ? q * dim + p : p * dim + q;
}

function mirror({ data, shape: [dim = 0] }: NDArray): void {
  for (let p = 0; p < dim; p++) {
    for (let q = 0; q < p; q++) data[q * dim + p] = at(data, p * dim + q);
  }
}

/**
 * A row's derivatives are its slope times the coordinates of the point, and a bias has the slope of its router times 1: their products
 * are those of two slopes and of two coordinates, the same for either order of the slopes. An amplitude's derivative is a unit
 * output times 1, which spares most coordinates.
 */
function planOf({ spec }: MoE): Plan {
  const { experts: m, inputDim: d } = spec;
  const { router, expert, routerBias } = parameterLayout(spec);
  const wide = d + 1;
  const places = new Int32Array(3 * m * wide).fill(-1);
  let next = 0;
  for (const [half, { manifold }] of [router, expert].entries()) {
    for (let i = 0; i < m; i++) {
      for (let j = manifold === 'sphere' ? 1 : 0; j < d; j++) {
        places[(half * m + i) * wide + j] = next++;
      }
    }
  }
  for (let i = 0; i < m; i++) places[(2 * m + i) * wide + d] = next++;
  for (let i = 0; routerBias && i < m; i++) places[i * wide + d] = next++;
  const unitOutputs = range(2 * m, 3 * m);
  return {
    places,
    rows: {
      slopes: pairs(range(0, 2 * m), (b) => range(b, 2 * m)),
      coordinates: pairs(range(0, routerBias ? wide : d), (j) => range(j, routerBias ? wide : d)),
    },
    amplitudes: {
      slopes: pairs(unitOutputs, (u) => range(0, u + 1)),
      coordinates: pairs([d], () => range(0, wide)),
    },
  };
}

/** What a plan depends on, beside the number of coordinates. */
function layoutKey(spec: MoESpec): string {
  const layout = Object.values(parameterLayout(spec));
  return layout.map(({ name, shape, manifold }) => `${name} ${shape} ${manifold}`).join();
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** Each of some numbers with those that it goes with. */
function pairs(firsts: readonly number[], partners: (first: number) => number[]): Int32Array {
  return Int32Array.from(
    firsts.flatMap((first) => partners(first).flatMap((second) => [first, second])),
  );
}
