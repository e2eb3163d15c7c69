import { ShapeError, ValueError } from '@softmoe/model';
import { checkInputs, type Inputs, requireObject } from '@softmoe/model/checks';

/** A column of a table, with what takes its numbers to mean 0 and standard deviation 1: (x − mean)/scale. */
export interface ScaledColumn {
  readonly name: string;
  readonly mean: number;
  /** Above 0, in the unit of the column. */
  readonly scale: number;
}

/**
 * How the numbers of a table become those that a model sees, and what a model says a target again: plain data, to be kept beside
 * the model. A model of it has an input for each of `inputs` and, with an `intercept`, one more that is always 1.
 */
export interface Standardisation {
  readonly inputs: readonly ScaledColumn[];
  readonly target: ScaledColumn;
  /** Whether a last input of 1 is added: the number of a row there is its bias. */
  readonly intercept: boolean;
}

/** Number of inputs of the models that `standardisation` is for. */
export function inputDimOf({ inputs, intercept }: Standardisation): number {
  return inputs.length + (intercept ? 1 : 0);
}

/**
 * Rows of a table, [size, columns] row-major in the units of the table, as the inputs of a model, [size, inputDim]. Throws
 * {@link ShapeError} for another number of columns, and {@link ValueError} about a number that is not finite, with its row and column.
 */
export function standardise(
  standardisation: Standardisation,
  inputs: Inputs,
  size: number,
): Float64Array {
  requireStandardisation(standardisation);
  const columns = standardisation.inputs;
  checkInputs(inputs, size, columns.length, 'inputs');
  const inputDim = inputDimOf(standardisation);
  const result = new Float64Array(size * inputDim).fill(1);
  for (let row = 0; row < size; row++) {
    for (const [j, column] of columns.entries()) {
      const value = inputs[row * columns.length + j] ?? Number.NaN;
      requireNumber(value, 'inputs', row, column.name);
      const scaled = (value - column.mean) / column.scale;
      if (!Number.isFinite(scaled)) throw tooFar(value, row, column);
      result[row * inputDim + j] = scaled;
    }
  }
  return result;
}

/** What a model says, [size], in the unit of the target: mean + scale·f. */
export function toTarget({ target }: Standardisation, outputs: Float64Array): Float64Array {
  return outputs.map((f) => target.mean + target.scale * f);
}

/** Throws {@link ValueError} unless `value`, in that row and column, is a finite number. */
export function requireNumber(value: unknown, array: string, row: number, column: string): void {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw new ValueError('must be a finite number', {
    field: `${array}, row ${row}, column ${column}`,
    value,
    remedy: 'Leave the row out, or fill the number in.',
  });
}

function tooFar(value: number, row: number, { name, mean, scale }: ScaledColumn): ValueError {
  return new ValueError('is too far from the rows trained on for float64 to hold their distance', {
    field: `inputs, row ${row}, column ${name}`,
    value,
    remedy: `Give a number near ${mean}, within some multiple of ${scale}.`,
  });
}

/**
 * Mean and standard deviation of `values`, right wherever both are float64 numbers: squares are of numbers of at most 1. Throws
 * {@link ValueError} for a column that is constant there or too widely spread.
 */
export function scaledColumn(name: string, values: Float64Array): ScaledColumn {
  const first = values[0];
  if (values.every((value) => value === first)) {
    throw new ValueError('is constant in the rows to train on, so that nothing can depend on it', {
      field: `column ${name}`,
      value: first,
      remedy: 'Give rows in which it varies; if it is an input, it may be left out.',
    });
  }
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const spread = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  const square = values.reduce((sum, value) => sum + ((value - mean) / spread) ** 2, 0);
  const scale = spread * Math.sqrt(square / values.length);
  if (scale > 0 && scale < Infinity) return { name, mean, scale };
  throw new ValueError('has no standard deviation that float64 can hold', {
    field: `column ${name}`,
    value: scale,
    remedy: 'Write the column in a unit in which its numbers are of a size near 1.',
  });
}

function requireStandardisation(standardisation: Standardisation): void {
  requireObject('standardisation', standardisation, ['inputs', 'target', 'intercept']);
  const { inputs, target } = standardisation;
  if (Array.isArray(inputs) && inputs.length > 0 && target) return;
  throw new ShapeError('must have the columns of a table', {
    field: 'standardisation',
    value: standardisation,
    remedy: 'Pass the standardisation of a data set.',
  });
}
