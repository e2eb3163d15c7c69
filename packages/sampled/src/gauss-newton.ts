import type { MoE, NDArray, Points } from '@softmoe/model';
import { addAt, at, type Steps, toTangentMatrix, zeros } from '@softmoe/model/linalg';
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

/** How the derivatives by the parameters of a model are made of its slopes. */
interface Plan {
  readonly parameters: number;
  readonly products: readonly Product[];
  /** The parameter whose derivative is slope u times coordinate j, at u(d + 1) + j; −1 where there is none. */
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
    const biased = model.params.routerBias !== undefined;
    if (of !== `${m} ${biased}`) plan = planOf(m, d, biased);
    of = `${m} ${biased}`;
    const { products, parameters, places } = plan!;
    const matrix = zeros([parameters, parameters]);
    for (const { first, blocks, slopes } of groups) {
      const factors = scaled(slopes, 3 * m);
      const from = first * (d + 1) * BLOCK;
      const coordinates = points.vectors.subarray(from, from + blocks * (d + 1) * BLOCK);
      for (const product of products) {
        const { sums, columns } = kernels.pairSums(
          { vectors: factors.vectors, count: 3 * m, pairs: product.slopes },
          { vectors: coordinates, count: d + 1, pairs: product.coordinates },
          BLOCK,
        );
        addSums(product, sums, columns, factors.scales, points.scales, places, size, matrix);
      }
      yield Math.min(size, (first + blocks) * BLOCK);
    }
    return toTangentMatrix(model, matrix);
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

/** Adds a part's share of the mean of the products, [rows, columns], to both triangles of `matrix`. */
function addSums(
  { slopes, coordinates }: Product,
  sums: Float64Array,
  columns: number,
  slopeScales: Float64Array,
  coordinateScales: Float64Array,
  places: Int32Array,
  size: number,
  { data, shape: [parameters = 0] }: NDArray,
): void {
  const wide = coordinateScales.length;
  const weights = new Float64Array(coordinates.length / 2);
  for (let q = 0; q < weights.length; q++) {
    const [j, k] = [coordinates[2 * q]!, coordinates[2 * q + 1]!];
    weights[q] = (at(coordinateScales, j) * at(coordinateScales, k)) / size;
  }
  for (let p = 0; 2 * p < slopes.length; p++) {
    const b = slopes[2 * p]!;
    const c = slopes[2 * p + 1]!;
    const scale = at(slopeScales, b) * at(slopeScales, c);
    for (let q = 0; q < weights.length; q++) {
      const value = at(sums, p * columns + q) * scale * at(weights, q);
      const j = coordinates[2 * q]!;
      const k = coordinates[2 * q + 1]!;
      put(places[b * wide + j]!, places[c * wide + k]!, value, data, parameters);
      if (j !== k && b !== c)
        put(places[b * wide + k]!, places[c * wide + j]!, value, data, parameters);
    }
  }
}

/** Adds `value` to the entries of parameters p and q; there is none where one of them is −1. */
function put(p: number, q: number, value: number, data: Float64Array, parameters: number): void {
  if (p < 0 || q < 0) return;
  addAt(data, p * parameters + q, value);
  if (p !== q) addAt(data, q * parameters + p, value);
}

/**
 * A row's derivatives are its slope times the coordinates of the point, and a bias has the slope of its router times 1: their products
 * are those of two slopes and of two coordinates, the same for either order of the slopes. An amplitude's derivative is a unit
 * output times 1, which spares most coordinates.
 */
function planOf(m: number, d: number, biased: boolean): Plan {
  const rows = 2 * m;
  const amplitudes = rows * d;
  const places = new Int32Array(3 * m * (d + 1)).fill(-1);
  for (let u = 0; u < 3 * m; u++) {
    const start = u * (d + 1);
    if (u >= rows) places[start + d] = amplitudes + u - rows;
    else for (let j = 0; j < d; j++) places[start + j] = u * d + j;
    if (biased && u < m) places[start + d] = amplitudes + m + u;
  }
  const unitOutputs = Array.from({ length: m }, (_, i) => rows + i);
  return {
    parameters: amplitudes + m + (biased ? m : 0),
    places,
    products: [
      {
        slopes: pairs(rows, (b) => range(b, rows)),
        coordinates: pairs(biased ? d + 1 : d, (j) => range(j, biased ? d + 1 : d)),
      },
      {
        slopes: Int32Array.from(unitOutputs.flatMap((u) => range(0, u + 1).flatMap((b) => [u, b]))),
        coordinates: Int32Array.from(range(0, d + 1).flatMap((j) => [d, j])),
      },
    ],
  };
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** All pairs of a number below `count` with those that it goes with. */
function pairs(count: number, partners: (first: number) => number[]): Int32Array {
  return Int32Array.from(
    range(0, count).flatMap((first) => partners(first).flatMap((second) => [first, second])),
  );
}
