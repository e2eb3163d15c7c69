import { KernelsValueError, requireInteger } from '../errors.ts';
import { Contents, DERIVATIVES, putPair, putTables, takeMoments } from './contents.ts';
import type { PopulationMemory } from './memory.ts';
import { ordersOf } from './pair-table.ts';
import type { PopulationProblem, Rows, StepMoments } from './problem.ts';

const MAX_UNITS = 2 ** 14;
/** Of sums r + s, for two experts of the largest degree. */
const MAX_ORDER = 14;
/** The number of the field `terms` in the record Work. */
const TERMS = 21;

/**
 * Loss, gradient and the second derivatives of pairs, for students of one size against one teacher, docs/theory.md (12), (13) and
 * (15).
 */
export class PopulationStep {
  readonly #memory: PopulationMemory;
  readonly #contents = new Contents();
  readonly #work: number;
  readonly #students: number;
  readonly #inputDim: number;
  /** Float64 from one row of the gradient to the next. */
  readonly #columns: number;
  readonly #router: number;
  readonly #expert: number;
  readonly #amplitude: number;
  readonly #routerSlopes: number;
  readonly #expertSlopes: number;
  readonly #amplitudeSlopes: number;
  readonly #curvatures: number;
  /** Pairs of a unit of the student with itself, with later ones and with those of the teacher. */
  readonly #pairs: number;
  /** Where the moments of units lie, and how many units, where routers have lengths of their own. */
  readonly #lengths:
    | { readonly units: number; readonly order: number; readonly capacity: number }
    | undefined;
  readonly #unitTerms: number;
  readonly #envelopes: number;

  constructor(memory: PopulationMemory, problem: PopulationProblem) {
    checkProblem(problem);
    const { students: m, teachers: k, inputDim: d, kinds, teacher } = problem;
    const contents = this.#contents;
    const n = roundUp(m + k, 4);
    const students = roundUp(m, 4);
    const columns = roundUp(d, 4);
    const tables = problem.tables.flat();
    const rows = contents.doubles(2 * n * d);
    const amplitudes = contents.doubles(n);
    const own = contents.doubles(n);
    const gradient = contents.doubles(2 * students * columns);
    const amplitudeSlopes = contents.doubles(n);
    const pairs = problem.derivatives === 2 ? (m * (m + 1)) / 2 + m * k : 0;
    const curvatures = contents.doubles(DERIVATIVES * pairs);
    const { order, capacity } = problem.lengths ?? { order: 0, capacity: 0 };
    const terms = (order + 1) * capacity;
    const unitTerms = contents.doubles((n + 1) * terms);
    const envelopes = contents.doubles((n + 1) * capacity);
    this.#work = contents.put(
      Int32Array.of(
        m,
        m + k,
        d,
        n,
        problem.tables.length,
        putTables(contents, tables),
        contents.put(Int32Array.from(kinds)),
        rows,
        amplitudes,
        own,
        contents.doubles(2 * n * d),
        contents.doubles(2 * n * columns),
        contents.doubles(4 * students * n),
        contents.doubles(4 * students * n),
        contents.doubles(n),
        gradient,
        amplitudeSlopes,
        putPair(contents),
        takeMoments(contents, tables, order),
        curvatures,
        order,
        0,
        contents.doubles(order > 0 ? n : 0),
        unitTerms,
        envelopes,
        contents.doubles(2 * n * terms),
        contents.doubles(2 * terms),
        contents.doubles(2 * terms),
      ),
    );
    contents.set(rows + 8 * m * d, teacher.router);
    contents.set(rows + 8 * (n + m) * d, teacher.expert);
    contents.set(
      amplitudes + 8 * m,
      teacher.amplitude.map((a) => -a),
    );
    contents.set(own + 8 * m, rowProducts(teacher.router, teacher.expert, d));
    this.#memory = memory;
    this.#students = m;
    this.#inputDim = d;
    this.#columns = columns;
    this.#router = rows / 8;
    this.#expert = rows / 8 + n * d;
    this.#amplitude = amplitudes / 8;
    this.#routerSlopes = gradient / 8;
    this.#expertSlopes = gradient / 8 + students * columns;
    this.#amplitudeSlopes = amplitudeSlopes / 8;
    this.#curvatures = curvatures / 8;
    this.#pairs = pairs;
    this.#lengths = problem.lengths && { ...problem.lengths, units: m + k };
    this.#unitTerms = unitTerms / 8;
    this.#envelopes = envelopes / 8;
  }

  /**
   * The loss without its constant, the teacher's own ½E f*², at a student; `gradient` is filled with the Euclidean gradient. Where
   * routers have lengths of their own rows are unit vectors, with the `moments` of their gates, and so is the gradient by unit
   * routers, docs/theory.md (69). Throws a `KernelsValueError` for moments that do not fit the problem.
   */
  lossAndGradient(student: Rows, gradient: Rows, moments?: StepMoments): number {
    requireRows('student', student, this.#students, this.#inputDim);
    requireRows('gradient', gradient, this.#students, this.#inputDim);
    this.#requireMoments(moments);
    const numbers = this.#memory.open(this.#contents, this.#work);
    if (moments) this.#writeMoments(numbers, moments);
    numbers.set(student.router, this.#router);
    numbers.set(student.expert, this.#expert);
    numbers.set(student.amplitude, this.#amplitude);
    const loss = this.#memory.exports.lossAndGradient(this.#work);
    this.#readRows(numbers, this.#routerSlopes, gradient.router);
    this.#readRows(numbers, this.#expertSlopes, gradient.expert);
    const slopes = this.#amplitudeSlopes;
    gradient.amplitude.set(numbers.subarray(slopes, slopes + this.#students));
    return loss;
  }

  /**
   * E[u_i u_l], six first derivatives by the overlaps γ, α₁, β₁, α₂, β₂, ρ and 21 second ones, by x ≤ y in rows of x: for every unit i
   * of the student with units l ≥ i of the student and with those of the teacher, [pairs, 28]. A view of the memory, valid
   * until the next call. Throws a `KernelsValueError` for a problem of one derivative.
   */
  curvatures({ router, expert }: Omit<Rows, 'amplitude'>): Float64Array {
    requireLength('student.router', router, this.#students * this.#inputDim);
    requireLength('student.expert', expert, this.#students * this.#inputDim);
    if (this.#pairs === 0) {
      const remedy = 'Make the problem with derivatives: 2.';
      throw new KernelsValueError('must be 2', { field: 'derivatives', value: 1, remedy });
    }
    const numbers = this.#memory.open(this.#contents, this.#work);
    numbers.set(router, this.#router);
    numbers.set(expert, this.#expert);
    this.#memory.exports.curvatures(this.#work);
    const end = this.#curvatures + DERIVATIVES * this.#pairs;
    return numbers.subarray(this.#curvatures, end);
  }

  #requireMoments(moments: StepMoments | undefined): void {
    const { units = 0, order = 0, capacity = 0 } = this.#lengths ?? {};
    requireInteger('moments.count', moments?.count ?? 0, this.#lengths ? 1 : 0, capacity);
    if (!moments) return;
    requireLength('moments.terms', moments.terms, units * (order + 1) * moments.count);
    requireLength('moments.envelopes', moments.envelopes, units * moments.count);
  }

  #writeMoments(numbers: Float64Array, { count, terms, envelopes }: StepMoments): void {
    new Int32Array(numbers.buffer)[this.#work / 4 + TERMS] = count;
    numbers.set(terms, this.#unitTerms);
    numbers.set(envelopes, this.#envelopes);
    // The last unit has none beside it.
    numbers.fill(
      0,
      this.#unitTerms + terms.length,
      this.#unitTerms + terms.length + terms.length / (this.#lengths?.units ?? 1),
    );
    numbers.fill(0, this.#envelopes + envelopes.length, this.#envelopes + envelopes.length + count);
  }

  #readRows(numbers: Float64Array, from: number, target: Float64Array): void {
    const d = this.#inputDim;
    const columns = this.#columns;
    if (columns === d) {
      target.set(numbers.subarray(from, from + target.length));
      return;
    }
    for (let at = 0; at < target.length; at += d, from += columns) {
      target.set(numbers.subarray(from, from + d), at);
    }
  }
}

function checkProblem(problem: PopulationProblem): void {
  const { students, teachers, inputDim, kinds, tables, teacher, derivatives = 1 } = problem;
  requireInteger('students', students, 1, MAX_UNITS);
  requireInteger('teachers', teachers, 1, MAX_UNITS);
  requireInteger('inputDim', inputDim, 1, 2 ** 20);
  requireLength('kinds', kinds, students + teachers);
  requireRows('teacher', teacher, teachers, inputDim);
  for (const [unit, kind] of Array.from(kinds).entries()) {
    requireInteger(`kinds[${unit}]`, kind, 0, tables.length - 1);
  }
  if (problem.lengths) {
    requireInteger('lengths.order', problem.lengths.order, 1, MAX_ORDER);
    requireInteger('lengths.capacity', problem.lengths.capacity, 1, 2 ** 20);
    if (derivatives === 1) return;
    const remedy = 'Make it with derivatives: 1.';
    throw new KernelsValueError('has no moments of lengths', {
      field: 'derivatives',
      value: 2,
      remedy,
    });
  }
  for (const table of tables.flat()) {
    const { had, needed } = ordersOf(table);
    if (had >= needed(derivatives)) continue;
    const remedy = `Give series up to r + s = ${needed(derivatives)}.`;
    throw new KernelsValueError('lack moments', { field: 'tables', value: had, remedy });
  }
}

function requireRows(field: string, { router, expert, amplitude }: Rows, units: number, d: number) {
  requireLength(`${field}.router`, router, units * d);
  requireLength(`${field}.expert`, expert, units * d);
  requireLength(`${field}.amplitude`, amplitude, units);
}

function requireLength(field: string, numbers: ArrayLike<number>, length: number): void {
  if (numbers.length === length) return;
  throw new KernelsValueError('has another length', {
    field,
    value: numbers.length,
    remedy: `Give ${length} numbers.`,
  });
}

/** Inner products of the rows of two arrays [rows, d]. */
function rowProducts(x: Float64Array, y: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: x.length / d }, (_, i) => {
    const other = y.subarray(i * d, (i + 1) * d);
    return x.subarray(i * d, (i + 1) * d).reduce((sum, a, j) => sum + a * (other[j] ?? 0), 0);
  });
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
