import { base64 } from '../binaries/least-squares.ts';
import { compileBase64, requireSimd } from '../support.ts';
import { type PassProblem, passSizes } from './pass.ts';
import { type GaussNewtonProblem, misfit, type PairsOf, sizesOf } from './problem.ts';

/** The entry points of assembly/least-squares/index.ts: `work` is the address of a record Work. */
interface Exports {
  gaussNewton(work: number): void;
  solvePositive(matrix: number, n: number, b: number): number;
  pass(work: number): number;
}

const PAGE = 65_536;
const ALIGNMENT = 16;
/** Where the table of assembly/least-squares/functions.ts ends: 385 rows of eleven numbers. */
const TABLE_END = ALIGNMENT + 385 * 11 * 8;

/** What Levenberg–Marquardt on a sample spends its time on, by SIMD, on a memory that grows with the largest call. */
export class LeastSquaresKernels {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;

  constructor(memory: WebAssembly.Memory, exports: Exports) {
    this.#memory = memory;
    this.#exports = exports;
  }

  /**
   * The mean product of the derivatives, [dimension, dimension], a new array. Factors of the sums and the sums over a block of points are
   * float32, of vectors brought to a size near 1; the sums over the blocks and all else is float64. Throws a
   * `KernelsValueError` for what does not fit together.
   */
  gaussNewton(problem: GaussNewtonProblem): Float64Array {
    const { points, rows, wide, paired, dimension, byRows, byAmplitudes } = problem;
    const { slopes, blocks } = sizesOf(problem);
    const layout = new Layout();
    const words: [number, ArrayLike<number>][] = [];
    const doubles: [number, ArrayLike<number>][] = [];
    const put = (numbers: Int32Array | Float64Array) => {
      const at = layout.take(numbers.byteLength);
      (numbers instanceof Int32Array ? words : doubles).push([at, numbers]);
      return at;
    };
    const pairs = ({ slopes: first, coordinates: second }: PairsOf) => {
      const count = first.length / 2;
      const width = second.length / 2;
      const rows = roundUp(count, 4);
      const columns = roundUp(width, 8);
      const lists = [put(padded(first, 2 * rows)), put(padded(second, 2 * columns))];
      const sums = layout.take(8 * rows * columns);
      return { rows, columns, at: put(Int32Array.of(count, rows, width, columns, ...lists, sums)) };
    };
    const ofRows = pairs(byRows);
    const ofAmplitudes = pairs(byAmplitudes);
    const matrix = layout.take(8 * dimension * dimension);
    const work = put(
      Int32Array.of(
        ...[points, blocks, slopes, rows, wide, paired, dimension, ofRows.at, ofAmplitudes.at],
        put(problem.slopes),
        put(problem.coordinates),
        layout.take(4 * problem.slopes.length),
        layout.take(4 * problem.coordinates.length),
        layout.take(8 * slopes),
        layout.take(8 * wide),
        layout.take(4 * points * Math.max(ofRows.rows, ofAmplitudes.rows)),
        layout.take(4 * points * Math.max(ofRows.columns, ofAmplitudes.columns)),
        put(problem.reflections),
        put(problem.places),
        layout.take(8 * paired * paired),
        layout.take(8 * wide),
        put(Float64Array.of(problem.mean)),
        matrix,
      ),
    );
    const buffer = this.#open(layout.end);
    for (const [at, numbers] of words) new Int32Array(buffer, at).set(numbers);
    for (const [at, numbers] of doubles) new Float64Array(buffer, at, numbers.length).set(numbers);
    this.#exports.gaussNewton(work);
    return new Float64Array(buffer, matrix, dimension * dimension).slice();
  }

  /**
   * Fills residuals and slopes of a sample and adds to the gradient, in float64, in the order of additions of @softmoe/sampled. False, and
   * nothing of use, where a logit is no number or of size 690 and more. Throws a `KernelsValueError` for what does not fit together.
   */
  pass(problem: PassProblem): boolean {
    const { points, size, rows, amplitude, coordinates, targets, divisor, sums } = problem;
    const { units, inputDim, blocks } = passSizes(problem);
    const layout = new Layout();
    const doubles: [number, ArrayLike<number>][] = [];
    const put = (numbers: ArrayLike<number>) => {
      const at = layout.take(8 * numbers.length);
      doubles.push([at, numbers]);
      return at;
    };
    const room = (count: number) => layout.take(8 * count);
    const work = layout.take(4 * 18);
    const y = room(blocks * points);
    const residuals = room(blocks * points);
    const slopes = room(problem.slopes.length);
    const rowSums = room(rows.length);
    const unitSums = put(sums.subarray(rows.length));
    const fields = [
      ...[points, size, units, inputDim, inputDim + 1, put(rows), put(amplitude)],
      ...[put(coordinates), y, put([divisor]), residuals, slopes, rowSums, unitSums],
      ...[2, 2, 2].map((count) => room(count * units * points)),
      room(points),
    ];
    const buffer = this.#open(layout.end);
    new Int32Array(buffer, work).set(fields);
    for (const [at, numbers] of doubles) new Float64Array(buffer, at, numbers.length).set(numbers);
    new Float64Array(buffer, y, size).set(targets);
    const gradient = new Float64Array(buffer, rowSums, rows.length);
    interleave(sums, inputDim, (from, to) => {
      gradient[to] = sums[from]!;
    });
    if (this.#exports.pass(work) === 0) return false;
    interleave(sums, inputDim, (to, from) => {
      sums[to] = gradient[from]!;
    });
    sums.set(new Float64Array(buffer, unitSums, units), rows.length);
    problem.residuals.set(new Float64Array(buffer, residuals, size));
    problem.slopes.set(new Float64Array(buffer, slopes, problem.slopes.length));
    return true;
  }

  /**
   * The x with (matrix + shift·I) x = rhs for a symmetric `matrix` [n, n], of which the lower triangle is read, in float64. Undefined
   * unless matrix + shift·I is positive definite to rounding. Throws a `KernelsValueError` for a matrix of another size.
   */
  solvePositive(matrix: Float64Array, shift: number, rhs: Float64Array): Float64Array | undefined {
    const n = rhs.length;
    if (matrix.length !== n * n) throw misfit('matrix', matrix.length, `Give ${n} × ${n} numbers.`);
    const size = roundUp(n, 4);
    const layout = new Layout();
    const rows = layout.take(8 * size * size);
    const vector = layout.take(8 * size);
    const buffer = this.#open(layout.end);
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

/** Byte offsets of arrays one after the other. */
class Layout {
  end: number = roundUp(TABLE_END, ALIGNMENT);

  take(bytes: number): number {
    const at = this.end;
    this.end = roundUp(at + bytes, ALIGNMENT);
    return at;
  }
}

/** Calls with the place of every number of rows [2m, d], and that which it has where two rows lie side by side, [m, d, 2]. */
function interleave(
  { length }: Float64Array,
  d: number,
  visit: (row: number, pair: number) => void,
): void {
  const rows = 2 * Math.floor(length / (2 * d + 1));
  for (let b = 0; b < rows; b++) {
    for (let j = 0; j < d; j++) visit(b * d + j, ((b >> 1) * d + j) * 2 + (b & 1));
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

/** `numbers`, then zeros: an array of `length`. */
function padded(numbers: Int32Array, length: number): Int32Array {
  const longer = new Int32Array(length);
  longer.set(numbers);
  return longer;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
