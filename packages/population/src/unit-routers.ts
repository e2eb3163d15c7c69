import { type MoE, type MoESpec, type NDArray, ValueError } from '@softmoe/model';
import { hasFreeRouters } from '@softmoe/model/checks';
import { row, rowNorms, scale } from '@softmoe/model/linalg';
import { closedFormOf } from './closed-form.ts';
import { hermiteCoefficients, type LengthMoments, lengthMoments } from './length-moments.ts';
import { PairKernel } from './pair-kernel.ts';

/** A model as sums over pairs see it: with unit routers, and the lengths of those that it has, [m]; undefined where all are 1. */
export interface UnitRouters {
  readonly model: MoE;
  readonly lengths: Float64Array | undefined;
}

/**
 * `model` with its routers divided by their lengths, where these are its own, docs/theory.md (67); arrays are new. Throws `ValueError` for
 * a router without a direction.
 */
export function unitRouters(model: MoE): UnitRouters {
  if (!hasFreeRouters(model.spec)) return { model, lengths: undefined };
  const { router } = model.params;
  const lengths = rowNorms(router);
  for (const [i, length] of lengths.entries()) {
    if (length > 0 && Number.isFinite(length)) continue;
    throw new ValueError('is a router without a direction', {
      field: `params.router[${i}]`,
      value: length,
      remedy: 'Give finite numbers that are not all zero; if a step led here, take a smaller one.',
    });
  }
  const unit = { shape: router.shape, data: router.data.slice() };
  divideRouters(unit, lengths);
  return { model: { ...model, params: { ...model.params, router: unit } }, lengths };
}

/**
 * Divides the rows of `router`, in place, by the lengths: a gradient by unit routers becomes one by the routers themselves,
 * docs/theory.md (69).
 */
export function divideRouters(router: NDArray, lengths: Float64Array | undefined): void {
  if (!lengths) return;
  for (const [i, length] of lengths.entries()) scale(1 / length, row(router, i));
}

/** What sums over the pairs of a student's units with each other and with those of a teacher. */
export interface PairKernels {
  readonly students: PairKernel;
  readonly teachers: PairKernel;
  /**
   * Where routers have lengths of their own, the moments of the units of a student and, behind them, of the teacher; undefined
   * elsewhere.
   */
  readonly momentsAt: ((student: UnitRouters) => LengthMoments) | undefined;
}

/** Kernels for students of that spec against `teacher`, of up to so many derivatives. */
export function pairKernels(
  student: MoESpec,
  teacher: UnitRouters,
  derivatives: 0 | 1 | 2,
): PairKernels {
  const students = new PairKernel(student, student, derivatives);
  const teachers = new PairKernel(student, teacher.model.spec, derivatives);
  if (!hasFreeRouters(student) && !hasFreeRouters(teacher.model.spec)) {
    return { students, teachers, momentsAt: undefined };
  }
  const order = Math.max(students.order, teachers.order);
  const ofTeacher = coefficientsOfUnits(teacher);
  const momentsAt = (unit: UnitRouters) =>
    lengthMoments([...coefficientsOfUnits(unit), ...ofTeacher], order);
  return { students, teachers, momentsAt };
}

/** The coefficients of the gate of every unit of a model behind its router. */
function coefficientsOfUnits({ model, lengths }: UnitRouters): Float64Array[] {
  const form = closedFormOf(model.spec);
  if (lengths) return Array.from(lengths, (length) => hermiteCoefficients(form, length));
  return new Array<Float64Array>(model.spec.experts).fill(hermiteCoefficients(form, 1));
}

/** Readies kernels for the pairs of that student: gives them its moments, where routers have lengths of their own. */
export function readyFor(
  { students, teachers, momentsAt }: PairKernels,
  student: UnitRouters,
): void {
  const moments = momentsAt?.(student);
  if (!moments) return;
  students.useMoments(moments, 0);
  teachers.useMoments(moments, student.model.spec.experts);
}
