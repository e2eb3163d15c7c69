import type { Gram, MoE, NDArray } from '@softmoe/model';
import { requireModel, requireSameInputs } from '@softmoe/model/checks';
import { dotAt, zeros } from '@softmoe/model/linalg';
import type { PairKernel } from './pair-kernel.ts';
import { pairKernels, readyFor, unitRouters } from './unit-routers.ts';

/**
 * E[u_i u_j] of every unit of `a` with every unit of `b`, amplitudes left out, [m_a, m_b]. docs/theory.md (7). Throws
 * `UnsupportedError` for shared gates and for experts that are no polynomials: estimate on samples instead. A typed
 * error for what is no model.
 */
export function pairExpectations(a: MoE, b: MoE): NDArray {
  requireModel('a', a);
  requireModel('b', b);
  requireSameInputs('a', a, b);
  const m = a.spec.experts;
  const k = b.spec.experts;
  const one = unitRouters(a);
  const other = a === b ? one : unitRouters(b);
  const kernels = pairKernels(a.spec, other, 0);
  readyFor(kernels, one);
  const kernel = a === b ? kernels.students : kernels.teachers;
  const result = zeros([m, k]);
  for (let i = 0; i < m; i++) {
    for (let j = a === b ? i : 0; j < k; j++) {
      const value = evaluatePair(kernel, one.model, i, other.model, j);
      result.data[i * k + j] = value;
      if (a === b) result.data[j * k + i] = value;
    }
  }
  return result;
}

/**
 * Exact Gram data of a student against the teacher's output: G_il = E[u_i u_l], cross_i = E[u_i f*] = (T a*)_i and
 * E[f*²] = a*ᵀ T** a*, docs/theory.md (12). Throws what {@link pairExpectations} throws.
 */
export function populationGram(student: MoE, teacher: MoE): Gram {
  requireModel('student', student);
  requireModel('teacher', teacher);
  const weights = teacher.params.amplitude.data;
  const k = weights.length;
  const pairs = pairExpectations(student, teacher).data;
  const own = pairExpectations(teacher, teacher).data;
  return {
    students: pairExpectations(student, student),
    cross: timesVector(pairs, weights),
    target: dotAt(weights, 0, timesVector(own, weights).data, 0, k),
  };
}

/** ½E f*², the loss of no student at all. */
export function halfSquareOf(teacher: MoE): number {
  const pairs = pairExpectations(teacher, teacher).data;
  const amplitude = teacher.params.amplitude.data;
  const n = amplitude.length;
  return amplitude.reduce((sum, x, i) => sum + 0.5 * x * dotAt(pairs, i * n, amplitude, 0, n), 0);
}

/** E[u u'] of unit i of `a` and unit j of `b`, of one input dimension, from the overlaps of their unit rows. */
export function evaluatePair(kernel: PairKernel, a: MoE, i: number, b: MoE, j: number): number {
  const d = a.spec.inputDim;
  const v1 = a.params.router.data;
  const w1 = a.params.expert.data;
  const v2 = b.params.router.data;
  const w2 = b.params.expert.data;
  const self = a === b && i === j;
  kernel.between(i, j);
  return kernel.evaluate(
    self ? 1 : dotAt(w1, i * d, w2, j * d, d),
    dotAt(w1, i * d, v1, i * d, d),
    dotAt(w1, i * d, v2, j * d, d),
    dotAt(w2, j * d, v1, i * d, d),
    dotAt(w2, j * d, v2, j * d, d),
    self ? 1 : dotAt(v1, i * d, v2, j * d, d),
  );
}

function timesVector(matrix: Float64Array, vector: Float64Array): NDArray {
  const columns = vector.length;
  const result = zeros([matrix.length / columns]);
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = dotAt(matrix, i * columns, vector, 0, columns);
  }
  return result;
}
