import { type MoE, nearestImage, ValueError } from '@softmoe/model';
import { row, type SignChange, signChanges } from '@softmoe/model/linalg';
import { enclosedDot, lengthBound } from './enclosed-dot.ts';
import { interval, magnitude, one, root, subtract, up } from './interval.ts';

/** The image of the teacher under its symmetries, docs/theory.md (6), that a proof is about. */
export interface TeacherImage {
  /** For each unit of the student the teacher's unit that came to its place. */
  readonly unit: readonly number[];
  /** For each unit of the student the signs that router row, expert row and amplitude of that unit were multiplied by. */
  readonly signs: readonly SignChange[];
}

/**
 * The image of the teacher nearest to a student of its size, and a bound on the Euclidean distance to it over all parameters,
 * each row of either divided by its length. Which image is nearest is a suggestion, by `suggest`; that it is an image, a permutation of
 * all units with signs that are symmetries, is checked. Throws `ValueError` for models of different kinds, and where what is
 * suggested is no permutation.
 */
export function distanceToImage(
  student: MoE,
  teacher: MoE,
  suggest: (teacher: MoE, student: MoE) => { readonly unit: readonly number[] } = nearestImage,
): { readonly image: TeacherImage; readonly distance: number } {
  const { unit } = suggest(teacher, student);
  requirePermutation(unit, teacher.spec.experts);
  const changes = signChanges(teacher.spec);
  let square = 0;
  const signs = unit.map((j, i) => {
    const candidates = changes.map((change) => ({
      change,
      square: squaredDistance(student, i, teacher, j, change),
    }));
    const best = candidates.reduce((x, y) => (y.square < x.square ? y : x));
    if (best.square !== 0) square = up(square + best.square);
    return best.change;
  });
  return { image: { unit, signs }, distance: square === 0 ? 0 : root(interval(0, square)).hi };
}

/** Units of which one is taken twice, and another not at all, are no image: a proof about them would be of another function. */
function requirePermutation(unit: readonly number[], experts: number): void {
  const known = unit.every((j) => Number.isInteger(j) && j >= 0 && j < experts);
  if (known && unit.length === experts && new Set(unit).size === experts) return;
  throw new ValueError(`must be a permutation of 0 to ${experts - 1}`, {
    field: 'unit',
    value: unit,
    remedy: 'This is a defect of the matching of units: please report it with both models.',
  });
}

/** A bound on the squared distance of unit i of the student from unit j of the teacher with its signs changed. */
function squaredDistance(
  student: MoE,
  i: number,
  teacher: MoE,
  j: number,
  change: SignChange,
): number {
  const router = rowDistance(
    row(student.params.router, i),
    row(teacher.params.router, j),
    change.router,
  );
  const expert = rowDistance(
    row(student.params.expert, i),
    row(teacher.params.expert, j),
    change.expert,
  );
  const a = student.params.amplitude.data[i] ?? Number.NaN;
  const b = teacher.params.amplitude.data[j] ?? Number.NaN;
  const amplitude = a === change.amplitude * b ? 0 : up(Math.abs(a - change.amplitude * b));
  if (router === 0 && expert === 0 && amplitude === 0) return 0;
  return up(up(up(router * router) + up(expert * expert)) + up(amplitude * amplitude));
}

/** A bound on |x/|x| − sign·y/|y||: rows whose lengths are 1 to rounding move by at most ||x| − 1| ≤ ||x|² − 1|. */
function rowDistance(x: Float64Array, y: Float64Array, sign: number): number {
  if (x.every((value, c) => value === sign * (y[c] ?? Number.NaN))) return 0;
  const difference = x.map((value, c) => up(Math.abs(value - sign * (y[c] ?? Number.NaN))));
  const departure = (z: Float64Array) => magnitude(subtract(enclosedDot(z, z), one));
  return up(lengthBound(difference) + up(departure(x) + departure(y)));
}
