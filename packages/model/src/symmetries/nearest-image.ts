import { ShapeError, ValueError } from '../errors.ts';
import { expertOf } from '../expert.ts';
import { requireFrame } from '../frames/frame.ts';
import { gateOf } from '../gate.ts';
import { assignRows } from '../linalg/assignment.ts';
import { matrixSize, row, takeRows } from '../linalg/rows.ts';
import { scale } from '../linalg/vectors.ts';
import { param, requireForm } from '../moe.ts';
import { mapParams, paramEntries } from '../params.ts';
import { routingOf } from '../routing.ts';
import type { MoE, MoESpec } from '../spec.ts';
import { SAME_SIGNS, type SignChange, signChanges } from './sign-changes.ts';
import { mean, midrange, translate } from './translations.ts';

/** The image of a model under its symmetries, docs/theory.md (6): the same function, other parameters. */
export interface NearestImage {
  readonly model: MoE;
  /** For each unit of the student the teacher's unit that came to its place. */
  readonly unit: number[];
  /** Largest absolute difference to the student over all parameters. */
  readonly error: number;
}

/**
 * The largest absolute difference over all parameters after the best permutation, sign changes and, where units share
 * their gates, translation, docs/theory.md (6): 0 exactly when the two models are the same up to symmetry, with shared
 * gates up to the rounding of the translation too. Throws {@link ShapeError} unless both have the same inputDim and number of
 * experts, `ValueError` unless they have the same gate, expert and routing.
 */
export function parameterError(student: MoE, teacher: MoE): number {
  return nearestImage(teacher, student).error;
}

/**
 * The image of `teacher` under its symmetries that is nearest to `student` in the largest absolute difference. Exact where
 * every unit has its own gate. Where units share them the best translation for a matching and the best matching for a translation
 * are found in turn, from equal means on, until neither helps: at most twice the least error, and the least where the
 * units of a model differ by more than four times that.
 */
export function nearestImage(teacher: MoE, student: MoE): NearestImage {
  requireForm('student', student);
  requireForm('teacher', teacher);
  checkSameKind(student, teacher);
  const { translations } = routingOf(student.spec.routing);
  if (translations.length === 0) return nearestRelabelling(teacher, student);
  let image = nearestRelabelling(translate(teacher, student, mean), student);
  for (;;) {
    const next = nearestRelabelling(translate(image.model, student, midrange), student);
    if (!(next.error < image.error)) return image;
    image = { ...next, unit: next.unit.map((j) => image.unit[j]!) };
  }
}

/**
 * The nearest image under permutations and sign changes. Exact: a threshold on the cost of a pair is lowered until no
 * perfect matching stays within it.
 */
function nearestRelabelling(teacher: MoE, student: MoE): NearestImage {
  const m = student.spec.experts;
  const changes = signChanges(student.spec);
  const pairs = Array.from({ length: m * m }, (_, p) =>
    bestChange(student, Math.floor(p / m), teacher, p % m, changes),
  );
  const pair = (i: number, j: number) => pairs[i * m + j]!;
  const thresholds = [...new Set(pairs.map(({ error }) => error))].sort((x, y) => x - y);
  const matchWithin = (index: number) => {
    const threshold = thresholds[index]!;
    const forbidden = m + 1;
    const cost = (j: number, i: number) => {
      const { error } = pair(i, j);
      return error <= threshold ? error / (threshold || 1) : forbidden;
    };
    const unit = assignRows(m, m, cost);
    const within = unit.every((j, i) => pair(i, j).error <= threshold);
    return within ? { unit, error: threshold } : undefined;
  };

  let low = thresholds.indexOf(lowerBound(m, (i, j) => pair(i, j).error));
  let high = thresholds.length - 1;
  let found = matchWithin(low);
  if (found) high = low;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (matchWithin(middle)) high = middle;
    else low = middle + 1;
  }
  found ??= matchWithin(high)!;
  const chosen = found.unit.map((j, i) => pair(i, j).change);
  return { ...found, model: imageOf(teacher, found.unit, chosen) };
}

/** No matching does better than the unit whose best partner is worst, on either side. */
function lowerBound(m: number, error: (i: number, j: number) => number): number {
  let bound = 0;
  for (let p = 0; p < m; p++) {
    let row = Infinity;
    let column = Infinity;
    for (let q = 0; q < m; q++) {
      row = Math.min(row, error(p, q));
      column = Math.min(column, error(q, p));
    }
    bound = Math.max(bound, row, column);
  }
  return bound;
}

function bestChange(
  student: MoE,
  i: number,
  teacher: MoE,
  j: number,
  changes: readonly SignChange[],
): { change: SignChange; error: number } {
  let best = { change: SAME_SIGNS, error: Infinity };
  for (const change of changes) {
    let error = 0;
    for (const [name, array] of paramEntries(teacher.params)) {
      const { columns } = matrixSize(array);
      const sign = signFor(change, name);
      const to = param(student.params, name).data;
      for (let c = 0; c < columns; c++) {
        const difference = to[i * columns + c]! - sign * array.data[j * columns + c]!;
        error = Math.max(error, Math.abs(difference));
      }
    }
    if (error < best.error) best = { change, error };
  }
  return best;
}

function imageOf(teacher: MoE, unit: readonly number[], chosen: readonly SignChange[]): MoE {
  const params = mapParams(teacher.params, (array, name) => {
    const image = takeRows(array, unit);
    for (const [i, change] of chosen.entries()) scale(signFor(change, name), row(image, i));
    return image;
  });
  return { spec: teacher.spec, params };
}

function signFor(change: SignChange, name: string): number {
  if (name === 'router') return change.router;
  if (name === 'expert') return change.expert;
  return name === 'amplitude' ? change.amplitude : 1;
}

function checkSameKind({ spec: student }: MoE, { spec: teacher }: MoE): void {
  requireFrame('student', student, teacher.frame);
  for (const field of ['inputDim', 'experts'] as const) {
    if (student[field] === teacher[field]) continue;
    throw new ShapeError(`must be the teacher's ${teacher[field]}`, {
      field: `student.spec.${field}`,
      value: student[field],
      remedy: 'Prune the student to the size of the teacher first, or compare by alignment.',
    });
  }
  requireSameKind(student, teacher);
}

/**
 * Throws `ValueError` about `field` unless units of both specs are the same function of their parameters: gate, expert and routing are
 * equal, whatever they are called. `whose` spec the other is stands in the message.
 */
export function requireSameKind(
  spec: MoESpec,
  other: MoESpec,
  field: string = 'student.spec',
  whose: string = "the teacher's",
): void {
  if (sameRouting(spec, other) && sameExpert(spec, other)) return;
  throw new ValueError(`must have ${whose} gate, expert and routing`, {
    field,
    value: spec,
    remedy: 'Parameters of different functions have no error; compare predictions.',
  });
}

function sameRouting(a: MoESpec, b: MoESpec): boolean {
  const routing = routingOf(a.routing);
  return (
    routing === routingOf(b.routing) && (!routing.ownGates || gateOf(a.gate) === gateOf(b.gate))
  );
}

/** Whatever name the expert goes by: series are equal where their coefficients are. */
function sameExpert(a: MoESpec, b: MoESpec): boolean {
  const [h, g] = [expertOf(a.expert), expertOf(b.expert)];
  if (!h.coefficients || !g.coefficients) return h === g;
  return h.coefficients.join() === g.coefficients.join();
}
