import { base64 } from '../binaries/least-squares.ts';
import { KernelsValueError, requireInteger } from '../errors.ts';
import { compileBase64, requireSimd } from '../support.ts';

/** The entry points of assembly/least-squares/index.ts. */
interface Exports {
  pairSums(work: number): void;
  solvePositive(matrix: number, n: number, b: number): number;
}

/** Vectors over the points of a sample, and pairs of them. */
export interface PairVectors {
  /** The vectors of one block of points after another, [blocks, count, points]. */
  readonly vectors: Float32Array;
  readonly count: number;
  /** The numbers of the two vectors of every pair, [pairs, 2]. */
  readonly pairs: Int32Array;
}

const PAGE = 65_536;
const ALIGNMENT = 16;
/** Fields of the record Work of assembly/least-squares/pair-sums.ts. */
const FIELDS = 13;

/** What Levenberg–Marquardt on a sample spends its time on, by SIMD, on a memory that grows with the largest call. */
export class LeastSquaresKernels {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;

  constructor(memory: WebAssembly.Memory, exports: Exports) {
    this.#memory = memory;
    this.#exports = exports;
  }

  /**
   * Σ_s a_s b_s x_s y_s for every pair (a, b) of `left` and (x, y) of `right`, over all points: a new array, row-major, of
   * `columns` numbers a row, at least as many as there are pairs of `right`. Factors and the sums over the `points` of a block, a
   * multiple of four, are float32, the sums over the blocks float64. Throws a {@link KernelsValueError} for what does not fit together.
   */
  pairSums(left: PairVectors, right: PairVectors, points: number): PairSums {
    requireInteger('points', points, 4, 2 ** 20);
    if (points % 4 !== 0) throw misfit('points', points, 'Use a multiple of four.');
    const blocks = blocksOf('left', left, points);
    if (blocksOf('right', right, points) !== blocks) {
      throw misfit('right.vectors', right.vectors.length, 'Give as many blocks as on the left.');
    }
    const rows = roundUp(left.pairs.length / 2, 4);
    const columns = roundUp(right.pairs.length / 2, 8);
    const places = new Layout(ALIGNMENT);
    const work = places.take(4 * FIELDS);
    const leftVectors = places.take(left.vectors.byteLength);
    const rightVectors = places.take(right.vectors.byteLength);
    const leftPlaces = places.take(8 * rows);
    const rightPlaces = places.take(8 * columns);
    const leftStrips = places.take(4 * rows * points);
    const rightStrips = places.take(4 * columns * points);
    const sums = places.take(8 * rows * columns);
    const buffer = this.#open(places.end);
    new Int32Array(buffer, work).set([
      ...[points, blocks, left.count, right.count, rows, columns],
      ...[leftVectors, rightVectors, leftPlaces, rightPlaces, leftStrips, rightStrips, sums],
    ]);
    new Float32Array(buffer, leftVectors).set(left.vectors);
    new Float32Array(buffer, rightVectors).set(right.vectors);
    writePadded(new Int32Array(buffer, leftPlaces, 2 * rows), left.pairs);
    writePadded(new Int32Array(buffer, rightPlaces, 2 * columns), right.pairs);
    const target = new Float64Array(buffer, sums, rows * columns).fill(0);
    this.#exports.pairSums(work);
    return { sums: target.slice(0, (left.pairs.length / 2) * columns), columns };
  }

  /**
   * The x with (matrix + shift·I) x = rhs for a symmetric `matrix` [n, n], of which the lower triangle is read, in float64. Undefined
   * unless matrix + shift·I is positive definite to rounding. Throws a {@link KernelsValueError} for what does not fit together.
   */
  solvePositive(matrix: Float64Array, shift: number, rhs: Float64Array): Float64Array | undefined {
    const n = rhs.length;
    if (matrix.length !== n * n) throw misfit('matrix', matrix.length, `Give ${n} × ${n} numbers.`);
    const size = roundUp(n, 4);
    const places = new Layout(ALIGNMENT);
    const rows = places.take(8 * size * size);
    const vector = places.take(8 * size);
    const buffer = this.#open(places.end);
    const numbers = new Float64Array(buffer, rows, size * size);
    for (let i = 0; i < n; i++) {
      const start = i * size;
      numbers.set(matrix.subarray(i * n, i * n + i + 1), start);
      numbers[start + i] = numbers[start + i]! + shift;
    }
    for (let i = n; i < size; i++) {
      numbers.fill(0, i * size, i * size + i);
      numbers[i * size + i] = 1;
    }
    const solution = new Float64Array(buffer, vector, size).fill(0);
    solution.set(rhs);
    return this.#exports.solvePositive(rows, size, vector) === 0 ? undefined : solution.slice(0, n);
  }

  /** The memory, grown to at least so many bytes. */
  #open(bytes: number): ArrayBuffer {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return this.#memory.buffer as ArrayBuffer;
  }
}

/** What {@link LeastSquaresKernels.pairSums} finds, [pairs of the left, columns]. */
export interface PairSums {
  readonly sums: Float64Array;
  readonly columns: number;
}

/** Byte offsets of arrays one after the other. */
class Layout {
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  take(bytes: number): number {
    const at = this.end;
    this.end = roundUp(at + bytes, ALIGNMENT);
    return at;
  }
}

let loading: Promise<LeastSquaresKernels> | undefined;

/**
 * The kernels of this thread, loaded once. They use no relaxed instructions: the same bits on every engine. Rejects with a
 * `KernelsUnsupportedError` where WebAssembly has no SIMD.
 */
export async function loadLeastSquaresKernels(): Promise<LeastSquaresKernels> {
  requireSimd();
  loading ??= load().catch((reason) => {
    loading = undefined;
    throw reason;
  });
  return loading;
}

async function load(): Promise<LeastSquaresKernels> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = await compileBase64(base64);
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return new LeastSquaresKernels(memory, instance.exports as unknown as Exports);
}

/** Blocks of points that the vectors make. */
function blocksOf(field: string, { vectors, count, pairs }: PairVectors, points: number): number {
  requireInteger(`${field}.count`, count, 1, 2 ** 20);
  if (pairs.length === 0 || pairs.length % 2 === 1 || !pairs.every((p) => p >= 0 && p < count)) {
    throw misfit(`${field}.pairs`, pairs.length, `Give pairs of numbers below ${count}.`);
  }
  const blocks = vectors.length / (count * points);
  if (Number.isSafeInteger(blocks)) return blocks;
  const remedy = `Give whole blocks of ${count} × ${points} numbers.`;
  throw misfit(`${field}.vectors`, vectors.length, remedy);
}

function misfit(field: string, value: number, remedy: string): KernelsValueError {
  return new KernelsValueError('does not fit', { field, value, remedy });
}

function writePadded(target: Int32Array, numbers: Int32Array): void {
  target.set(numbers);
  target.fill(0, numbers.length);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
