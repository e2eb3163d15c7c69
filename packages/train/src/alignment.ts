import { type MoE, type MoESpec, type NDArray, ShapeError } from '@softmoe/model';
import { requireForm, requireSameFrame, routingOf } from '@softmoe/model/checks';
import {
  assignRows,
  at,
  entry,
  rowProducts,
  SAME_SIGNS,
  type SignChange,
  signChanges,
} from '@softmoe/model/linalg';

/**
 * All inner products between the student's and the teacher's directions: W·W*ᵀ and V·V*ᵀ, each [m, k]. Where units
 * share their gates, those of the routers are between the directions that routing defines.
 */
export interface Overlaps {
  readonly expert: NDArray;
  readonly router: NDArray;
}

/** For each of the teacher's k units: the student unit matched to it, −1 if there is none, and how well it is aligned. */
export interface Alignment {
  readonly student: number[];
  /** w_i·w*_j of the pair with the sign that the symmetries allow; 0 without a pair. */
  readonly expert: number[];
  /** v_i·v*_j likewise. */
  readonly router: number[];
}

/**
 * The inner products of every direction of `student` with every one of `teacher`, experts and routers. Throws {@link ShapeError}
 * when the two models' inputs differ in dimension, a typed error for what is no model.
 */
export function overlaps(student: MoE, teacher: MoE): Overlaps {
  requireForm('student', student);
  requireForm('teacher', teacher);
  requireSameFrame('teacher', teacher, student);
  if (student.spec.inputDim !== teacher.spec.inputDim) {
    throw new ShapeError(`must be the student's ${student.spec.inputDim}`, {
      field: 'teacher.spec.inputDim',
      value: teacher.spec.inputDim,
      remedy: 'Compare models of the same inputs, both in full or both in span coordinates.',
    });
  }
  return {
    expert: cosines(student.params.expert, teacher.params.expert),
    router: cosines(directionsOf(student), directionsOf(teacher)),
  };
}

/** Inner products of unit rows: what rounding adds beyond 1 is cut. */
function cosines(rows: NDArray, others: NDArray): NDArray {
  const { shape, data } = rowProducts(rows, others);
  return { shape, data: data.map((cosine) => Math.min(1, Math.max(-1, cosine))) };
}

function directionsOf(model: MoE): NDArray {
  return routingOf(model.spec.routing).directions(model);
}

/**
 * The choice of signs under which overlaps of a pair of units count: among the sign changes of docs/theory.md (6) that
 * take the sign of a_i to that of a*_j, the one with the largest sum of both overlaps. Where no sign change moves the
 * amplitude's sign, it is left out. The function takes w_i·w*_j, v_i·v*_j and a_i·a*_j.
 */
export function nearestSigns(
  spec: MoESpec,
): (expert: number, router: number, amplitudes: number) => SignChange {
  const changes = signChanges(spec);
  const byAmplitude = changes.some(({ amplitude }) => amplitude < 0);
  return (expert, router, amplitudes) => {
    let best = SAME_SIGNS;
    let most = -Infinity;
    for (const change of changes) {
      if (byAmplitude && change.amplitude * amplitudes < 0) continue;
      const sum = change.expert * expert + change.router * router;
      if (sum > most) [best, most] = [change, sum];
    }
    return best;
  };
}

/**
 * Matches student units to teacher units one to one so that the sum over pairs of expert overlap + router overlap is
 * largest. The overlaps of a pair count with the signs of {@link nearestSigns}.
 */
export function alignment(
  student: MoE,
  teacher: MoE,
  { expert, router }: Overlaps = overlaps(student, teacher),
): Alignment {
  const m = student.spec.experts;
  const k = teacher.spec.experts;
  const a = student.params.amplitude.data;
  const target = teacher.params.amplitude.data;
  const nearest = nearestSigns(student.spec);

  function aligned(i: number, j: number) {
    const w = entry(expert, i, j);
    const v = entry(router, i, j);
    const change = nearest(w, v, at(a, i) * at(target, j));
    return { expert: change.expert * w, router: change.router * v };
  }

  const matched = assignRows(m, k, (i, j) => {
    const pair = aligned(i, j);
    return -(pair.expert + pair.router);
  });
  const pairs = matched.map((i, j) => (i < 0 ? { expert: 0, router: 0 } : aligned(i, j)));
  return {
    student: matched,
    expert: pairs.map((pair) => pair.expert),
    router: pairs.map((pair) => pair.router),
  };
}
