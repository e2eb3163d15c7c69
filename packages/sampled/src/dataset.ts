import { type Points, ShapeError, ValueError } from '@softmoe/model';
import {
  type Inputs,
  requireFinite,
  requireInteger,
  requireKeys,
  requireObject,
  requireStream,
} from '@softmoe/model/checks';
import { permutation } from '@softmoe/teacher';
import {
  requireNumber,
  type ScaledColumn,
  type Standardisation,
  scaledColumn,
  standardise,
} from './standardisation.ts';

/** A table of numbers in its own units: rows of inputs, and a target for each. */
export interface Table {
  /** [size, d]: row-major, or a list of rows. */
  readonly inputs: Inputs | readonly ArrayLike<number>[];
  /** [size]. */
  readonly targets: ArrayLike<number>;
  /** Names of the d columns of inputs, for messages and figures: their numbers from 0 unless told. */
  readonly names?: readonly string[];
  /** Name of the target, `target` unless told. */
  readonly target?: string;
}

/** How a table is split and standardised. */
export interface SplitOptions {
  /** Of the order in which rows are dealt to the parts. Default 0. */
  readonly seed?: number;
  /** Name of the stream of that order, `split` by default. */
  readonly stream?: string;
  /** Share of all rows that training never sees and stops by, 0.2 by default. */
  readonly validation?: number;
  /** Share of all rows that nothing but the last measurement sees, 0.2 by default. */
  readonly test?: number;
  /** Whether the models have a last input of 1, so that their rows have a bias. Default true. */
  readonly intercept?: boolean;
}

/** The parts of a table, by name. */
export type Part = 'train' | 'validation' | 'test';

/** A table split into parts and standardised by the rows to train on. */
export interface Dataset extends Readonly<Record<Part, Points<Float64Array>>> {
  readonly standardisation: Standardisation;
  /** The rows of the table that each part has, ascending, numbered from 0. */
  readonly rows: Readonly<Record<Part, Uint32Array>>;
}

const TABLE: readonly (keyof Table)[] = ['inputs', 'targets', 'names', 'target'];
const OPTIONS: readonly (keyof SplitOptions)[] = [
  'seed',
  'stream',
  'validation',
  'test',
  'intercept',
];

/** Rows below which a part says nothing: a mean square of one residual, and a standard deviation of two numbers. */
const LEAST: Readonly<Record<Part, number>> = { train: 2, validation: 1, test: 1 };

/**
 * A table as models are trained on it: rows dealt at random to training, validation and test, inputs and target with mean 0 and
 * standard deviation 1 over the rows to train on, docs/theory.md (38). A row's part is a function of the seed, the stream and the
 * number of rows alone.
 *
 * Throws a {@link ShapeError} for arrays that do not fit, and a {@link ValueError} about a number that is not finite, with its row and
 * column, a column that is constant in the rows to train on, shares out of range and a table with too few rows for them.
 */
export function dataset(table: Table, options: SplitOptions = {}): Dataset {
  requireKeys('table', table, TABLE);
  requireKeys('options', options, OPTIONS);
  const { intercept = true } = options;
  const { inputs, targets, size, names, target } = numbersOf(table);
  const rows = split(size, options);
  const columns = names.map((name, j) =>
    scaledColumn(name, takeColumn(inputs, names.length, j, rows.train)),
  );
  const standardisation: Standardisation = {
    inputs: columns,
    target: scaledColumn(target, takeColumn(targets, 1, 0, rows.train)),
    intercept,
  };
  const part = (name: Part) => pointsOf(inputs, targets, rows[name], standardisation);
  return {
    train: part('train'),
    validation: part('validation'),
    test: part('test'),
    standardisation,
    rows,
  };
}

interface Numbers {
  /** [size, names.length]. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly size: number;
  readonly names: readonly string[];
  readonly target: string;
}

/** The numbers of a table, all of which are finite, with a name for each column. */
function numbersOf({ inputs, targets, names: given, target = 'target' }: Table): Numbers {
  requireObject('targets', targets, ['size numbers']);
  const size = targets.length;
  requireInteger('targets.length', size, 1);
  const flat = Array.isArray(inputs) ? flatten(inputs, size) : (inputs as Inputs);
  requireObject('inputs', flat, ['size·d numbers', 'or size rows']);
  const d = flat.length / size;
  if (!Number.isInteger(d) || d < 1) {
    throw new ShapeError('must hold as many rows as there are targets', {
      field: 'inputs',
      value: `${flat.length} numbers and ${size} targets`,
      remedy: 'Pass inputs [size, d] row-major, or size rows, and targets [size].',
    });
  }
  const names = given ?? Array.from({ length: d }, (_, j) => `${j}`);
  requireNames(names, d);
  for (let row = 0; row < size; row++) {
    for (const [j, name] of names.entries()) requireNumber(flat[row * d + j], 'inputs', row, name);
    requireNumber(targets[row], 'targets', row, target);
  }
  return {
    inputs: Float64Array.from(flat),
    targets: Float64Array.from(targets),
    size,
    names,
    target,
  };
}

function flatten(rows: readonly ArrayLike<number>[], size: number): ArrayLike<number> & object {
  const d = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row?.length !== d);
  if (rows.length === size && ragged < 0) return rows.flatMap((row) => Array.from(row));
  const problem =
    ragged < 0 ? `must have ${size} rows, one for each target` : `must have ${d} numbers, as row 0`;
  throw new ShapeError(problem, {
    field: ragged < 0 ? 'inputs.length' : `inputs[${ragged}]`,
    value: ragged < 0 ? rows.length : rows[ragged],
    remedy: 'Give as many numbers in every row, and a row for each target.',
  });
}

function requireNames(names: readonly string[], d: number): void {
  if (names.length === d && new Set(names).size === d) return;
  throw new ShapeError(`must be ${d} different names, one for each column of inputs`, {
    field: 'names',
    value: names,
    remedy: 'Name each column once, or leave the names out.',
  });
}

/** The rows of each part, ascending. */
function split(size: number, options: SplitOptions): Dataset['rows'] {
  const { seed = 0, stream = 'split', validation = 0.2, test = 0.2 } = options;
  requireInteger('seed', seed, 0);
  requireStream('stream', stream);
  for (const [name, share] of Object.entries({ validation, test })) {
    requireFinite(name, share, Number.MIN_VALUE, 1 - Number.EPSILON);
  }
  const order = permutation({ seed, stream, epoch: 0, size });
  const tested = Math.round(test * size);
  const held = tested + Math.round(validation * size);
  const rows = {
    train: order.slice(held).sort(),
    validation: order.slice(tested, held).sort(),
    test: order.slice(0, tested).sort(),
  };
  const shares = { test, validation, train: validation + test };
  for (const name of ['test', 'validation', 'train'] as const) {
    const found = rows[name].length;
    if (found >= LEAST[name]) continue;
    throw new ValueError(`leaves ${found} of ${size} rows for the part ${name}`, {
      field: name === 'train' ? 'validation + test' : name,
      value: shares[name],
      remedy: `Give more rows, or shares that leave at least ${LEAST[name]}.`,
    });
  }
  return rows;
}

function takeColumn(
  data: Float64Array,
  columns: number,
  j: number,
  rows: Uint32Array,
): Float64Array {
  return Float64Array.from(rows, (row) => data[row * columns + j] ?? Number.NaN);
}

function pointsOf(
  inputs: Float64Array,
  targets: Float64Array,
  rows: Uint32Array,
  standardisation: Standardisation,
): Points<Float64Array> {
  const d = standardisation.inputs.length;
  const { mean, scale }: ScaledColumn = standardisation.target;
  const taken = new Float64Array(rows.length * d);
  for (const [i, row] of rows.entries()) taken.set(inputs.subarray(row * d, (row + 1) * d), i * d);
  return {
    inputs: standardise(standardisation, taken, rows.length),
    targets: takeColumn(targets, 1, 0, rows).map((y) => (y - mean) / scale),
    size: rows.length,
  };
}
