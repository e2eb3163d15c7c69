import { type Expert, type Gram, type MoE, type Points, UnsupportedError } from '@softmoe/model';
import { checkInputs, expertOf, hasOwnGates, requireModel, routingOf } from '@softmoe/model/checks';
import {
  addAt,
  at,
  dotAt,
  entry,
  exp,
  multiplyTransposed,
  row,
  zeros,
} from '@softmoe/model/linalg';
import { addUpperProducts } from './moments.ts';
import { type Source, samplePoints, sourceOf } from './source.ts';

/** Points that are computed at a time, so that the outputs of all units there stay in the processor's cache. */
const BLOCK = 256;
/** Sums of exponentials outside this range are formed anew, with the largest of them as 1. */
const SAFE = { least: 1e-200, most: 1e200 };

/**
 * Gram data of one model after another whose units are mostly the same: the candidates of pruning where units share their
 * gates. Averages over the sample of `source`, docs/theory.md (12) with the mean in place of E, in float64. A unit's
 * exponential e^{v·x + b} and expert h(w·x) at the points depend on its own rows alone and are computed once; the gates of
 * (5) are their ratios. Memory: 24 bytes a point for each of the last 4m units. The function returned throws
 * {@link UnsupportedError} where every unit has its own gate, and a typed error for what is no model or has another input
 * dimension than the points.
 */
export function candidateGram(source: Source | Points): (model: MoE) => Promise<Gram> {
  const from = sourceOf(source);
  let columns: UnitColumns | undefined;
  return async (model) => {
    requireModel('model', model);
    requireSharedGates(model);
    columns ??= new UnitColumns(samplePoints(from));
    return gramOn(columns, model);
  };
}

function gramOn(columns: UnitColumns, model: MoE): Gram {
  const { targets, size } = columns.points;
  const m = model.spec.experts;
  const even = m + (m % 2);
  const units = columns.of(model);
  const total = new Float64Array(BLOCK);
  const outputs = new Float64Array(even * BLOCK);
  const sums = zeros([even, even]);
  const cross = zeros([m]);
  for (let start = 0; start < size; start += BLOCK) {
    const rows = Math.min(BLOCK, size - start);
    const weights = weightsAt(units, start, rows, total);
    const inverse = total.map((sum) => 1 / sum);
    for (const [i, { expert }] of units.entries()) {
      const first = i * BLOCK;
      const weight = weights[i]!;
      for (let s = 0; s < rows; s++) {
        outputs[first + s] = at(weight, s) * at(inverse, s) * at(expert, start + s);
      }
      outputs.fill(0, first + rows, first + BLOCK);
      addAt(cross.data, i, dotAt(outputs, first, targets, start, rows) / size);
    }
    addUpperProducts(outputs, BLOCK, sums);
  }
  const students = zeros([m, m]);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < m; l++) {
      students.data[i * m + l] = entry(sums, Math.min(i, l), Math.max(i, l)) / size;
    }
  }
  return { students, cross, target: dotAt(targets, 0, targets, 0, size) / size };
}

/** Numbers in the ratios of the gates at a block of points, unit by unit, [rows] each; their sums over the units go to `total`. */
function weightsAt(
  units: readonly Column[],
  start: number,
  rows: number,
  total: Float64Array,
): readonly Float64Array[] {
  const weights = units.map(({ weight }) => weight.subarray(start, start + rows));
  if (addUp(weights, total)) return weights;
  const logits = units.map(({ logit }) => logit.subarray(start, start + rows));
  const largest = logits.reduce((most, z) => most.map((x, s) => Math.max(x, at(z, s))));
  const shifted = logits.map((z) => z.map((x, s) => exp(x - at(largest, s))));
  addUp(shifted, total);
  return shifted;
}

/** Writes the sums over the units to `total`; whether all are far from the ends of float64. */
function addUp(weights: readonly Float64Array[], total: Float64Array): boolean {
  total.fill(0);
  for (const weight of weights) {
    for (let s = 0; s < weight.length; s++) total[s] = at(total, s) + at(weight, s);
  }
  const rows = weights[0]!.length;
  return total.subarray(0, rows).every((sum) => sum > SAFE.least && sum < SAFE.most);
}

/** What a unit's own rows decide at all points. */
interface Column {
  /** v·x + b. */
  readonly logit: Float64Array;
  /** The exponential of the logit, less the largest logit of the first model. */
  readonly weight: Float64Array;
  /** h(w·x). */
  readonly expert: Float64Array;
}

/** The columns of the units seen last, by the numbers that they follow from. */
class UnitColumns {
  readonly points: Points<Float64Array>;
  /** The points in rows, an even number of them. */
  readonly #inputs: Float64Array;
  readonly #byRows = new Map<string, Column>();
  #largest: Float64Array | undefined;

  constructor({ inputs, targets, size }: Points) {
    this.points = { inputs: Float64Array.from(inputs), targets: Float64Array.from(targets), size };
    this.#inputs = new Float64Array((size + (size % 2)) * (inputs.length / size));
    this.#inputs.set(inputs);
  }

  of(model: MoE): Column[] {
    checkInputs(this.points.inputs, this.points.size, model.spec.inputDim, 'sample.inputs');
    const units = unitsOf(model);
    this.#largest ??= units
      .map((unit) => this.#logits(unit)[0])
      .reduce((most, z) => most.map((x, s) => Math.max(x, at(z, s))));
    const columns = units.map((unit) => {
      const column = this.#byRows.get(unit.key) ?? this.#create(unit, this.#largest!);
      this.#byRows.delete(unit.key);
      this.#byRows.set(unit.key, column);
      return column;
    });
    for (const key of this.#byRows.keys()) {
      if (this.#byRows.size <= 4 * units.length) break;
      this.#byRows.delete(key);
    }
    return columns;
  }

  #create(unit: Unit, largest: Float64Array): Column {
    const [logit, expertLogit] = this.#logits(unit);
    return {
      logit,
      weight: logit.map((z, s) => exp(z - at(largest, s))),
      expert: expertLogit.map((z) => unit.expert.value(z)),
    };
  }

  /** v·x + b and w·x at all points. */
  #logits({ rows, bias }: Unit): [Float64Array, Float64Array] {
    const { size } = this.points;
    const even = size + (size % 2);
    const products = new Float64Array(2 * even);
    multiplyTransposed(rows, 2, this.#inputs, even, rows.length / 2, products);
    return [products.slice(0, size).map((z) => z + bias), products.slice(even, even + size)];
  }
}

/** A unit by itself. */
interface Unit {
  /** v, then w. */
  readonly rows: Float64Array;
  readonly bias: number;
  readonly expert: Expert;
  /** What tells units apart: all numbers of a unit and its kind of expert. */
  readonly key: string;
}

function unitsOf({ spec, params }: MoE): Unit[] {
  const { inputDim: d } = spec;
  const expert = expertOf(spec.expert);
  const kind = kindOf(spec.expert);
  return Array.from(routingOf(spec.routing).logShares(params), (bias, i) => {
    const rows = new Float64Array(2 * d);
    rows.set(row(params.router, i));
    rows.set(row(params.expert, i), d);
    return { rows, bias, expert, key: [kind, bias, ...rows].join() };
  });
}

const ownKinds = new WeakMap<object, string>();
let objects = 0;

/** Equal for the same expert alone: objects of the user's own may share a name. */
function kindOf(expert: MoE['spec']['expert']): string {
  if (!('value' in expert)) return JSON.stringify(expert);
  const known = ownKinds.get(expert) ?? `own ${objects++}`;
  ownKinds.set(expert, known);
  return known;
}

function requireSharedGates({ spec: { routing } }: MoE): void {
  if (!hasOwnGates(routing)) return;
  throw new UnsupportedError(
    'gives every unit a gate of its own, so that no candidate is a model of its own',
    {
      field: 'model.spec.routing',
      value: routing,
      remedy: 'Take the Gram data of all units once, from sampled(source, backend).gram(model).',
    },
  );
}
