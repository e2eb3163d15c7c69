import type { ExactObjective, MoE } from '@softmoe/model';
import { requireModel, requireSameInputs } from '@softmoe/model/checks';
import {
  addAt,
  addProduct,
  at,
  dotAt,
  multiplyTransposed,
  projectTangentInPlace,
  zeros,
} from '@softmoe/model/linalg';
import { halfSquareOf } from './pair-expectations.ts';
import type { PairKernel } from './pair-kernel.ts';
import {
  ALPHA1,
  ALPHA2,
  BETA1,
  BETA2,
  GAMMA,
  LENGTH1,
  LENGTH2,
  OVERLAPS,
  RHO,
} from './pair-variables.ts';
import { simdWorkspaceOf, type Workspace } from './simd-workspace.ts';
import {
  divideRouters,
  type PairKernels,
  pairKernels,
  readyFor,
  type UnitRouters,
  unitRouters,
} from './unit-routers.ts';
import { type PopulationOptions, requireVariant } from './variant.ts';

/**
 * The population loss ½E(f − f*)² and its Riemannian gradient, exactly: docs/theory.md (12) and (13). No sampling,
 * so no step need be named. The cost is O((m + k)²) pair sums and O(m(m + k)d) for the overlaps and the gradient: run it
 * in span coordinates (`toSpan`), where d is at most 2(m + k). Throws `UnsupportedError` for shared gates and for
 * experts that are no polynomials: a teacher at once, a student when it is evaluated; and for a variant that this
 * JavaScript engine can't run. Throws a typed error for what is no model; of a student's numbers those of its first
 * evaluation are checked.
 */
export function populationObjective(
  teacher: MoE,
  { variant = 'float64' }: PopulationOptions = {},
): ExactObjective {
  requireModel('teacher', teacher);
  requireVariant(variant);
  const load = variant === 'float64' ? workspaceOf(teacher) : simdWorkspaceOf(teacher);
  let workspace: Workspace | undefined;
  let checked: MoE['spec'] | undefined;
  return {
    evaluate: async (model) => {
      if (!checked || model?.spec !== checked) {
        requireModel('model', model);
        checked = model.spec;
      }
      workspace ??= await load();
      const { model: unit, lengths } = unitRouters(model);
      const { loss, gradient } = workspace(unit, lengths);
      divideRouters(gradient.router, lengths);
      projectTangentInPlace(model, gradient);
      return { loss, gradient };
    },
  };
}

function workspaceOf(teacher: MoE): () => Promise<Workspace> {
  const workspace = createWorkspace(teacher);
  return async () => workspace;
}

/**
 * Loss and Euclidean gradient of the population loss against one teacher, in JavaScript: the reference for the kernels. Students have
 * unit routers, and their lengths beside them where these are their own: then the gradient is that by unit routers, docs/theory.md (69).
 */
export function createWorkspace(teacher: MoE): Workspace {
  const { inputDim: d, experts: k } = teacher.spec;
  const unitTeacher = unitRouters(teacher);
  const teacherRows = stackRows(unitTeacher.model);
  const teacherAmplitudes = teacher.params.amplitude.data;
  const teacherLoss = halfSquareOf(teacher);
  let scratch: Scratch | undefined;

  return (model, lengths) => {
    requireSameInputs('model', model, teacher);
    const m = model.spec.experts;
    if (scratch?.spec !== model.spec) scratch = createScratch(model, unitTeacher);
    const { rows, columns, overlaps, weights, teacherOwn, kernels } = scratch;
    readyFor(kernels, { model, lengths });
    rows.set(model.params.router.data);
    rows.set(model.params.expert.data, m * d);
    rows.set(teacherRows, 2 * m * d);
    multiplyTransposed(rows, 2 * m, rows, columns, d, overlaps);
    weights.fill(0);

    const amplitude = model.params.amplitude.data;
    const dAmplitude = zeros([m]);
    let loss = teacherLoss;

    /** The inner product of a student's row with any row, by their numbers. */
    const overlap = (row: number, other: number) => at(overlaps, row * columns + other);

    /** Adds weight·E[u_i u_j] for the units whose router and expert rows have these numbers. */
    const addPair = (
      kernel: PairKernel,
      i: number,
      l: number,
      routerRow: number,
      expertRow: number,
      weight: number,
    ) => {
      const other = routerRow < m;
      const self = i === routerRow;
      kernel.between(i, l);
      const value = kernel.evaluate(
        self ? 1 : overlap(m + i, expertRow),
        overlap(m + i, i),
        overlap(m + i, routerRow),
        overlap(i, expertRow),
        other ? overlap(expertRow, routerRow) : at(teacherOwn, routerRow - 2 * m),
        self ? 1 : overlap(i, routerRow),
      );
      const slope = (by: number) => weight * kernel.derivative(by);
      const v = i * columns;
      const w = (m + i) * columns;
      addAt(weights, w + i, slope(ALPHA1));
      addAt(weights, v + m + i, slope(ALPHA1));
      addAt(weights, w + routerRow, slope(BETA1));
      addAt(weights, w + expertRow, slope(GAMMA));
      addAt(weights, v + expertRow, slope(ALPHA2));
      addAt(weights, v + routerRow, slope(RHO));
      if (kernel.variables > OVERLAPS) {
        addAt(weights, v + i, slope(LENGTH1));
        if (other) addAt(weights, routerRow * columns + routerRow, slope(LENGTH2));
      }
      if (other) {
        const v2 = routerRow * columns;
        const w2 = expertRow * columns;
        addAt(weights, w2 + routerRow, slope(BETA2));
        addAt(weights, v2 + expertRow, slope(BETA2));
        addAt(weights, w2 + i, slope(ALPHA2));
        addAt(weights, w2 + m + i, slope(GAMMA));
        addAt(weights, v2 + m + i, slope(BETA1));
        addAt(weights, v2 + i, slope(RHO));
      }
      return value;
    };

    for (const [i, a] of amplitude.entries()) {
      for (let l = i; l < m; l++) {
        const b = at(amplitude, l);
        const weight = (l === i ? 0.5 : 1) * a * b;
        const value = addPair(kernels.students, i, l, l, m + l, weight);
        loss += weight * value;
        addAt(dAmplitude.data, i, b * value);
        if (l > i) addAt(dAmplitude.data, l, a * value);
      }
      for (const [j, teacherAmplitude] of teacherAmplitudes.entries()) {
        const b = -teacherAmplitude;
        const weight = a * b;
        const value = addPair(kernels.teachers, i, j, 2 * m + j, 2 * m + k + j, weight);
        loss += weight * value;
        addAt(dAmplitude.data, i, b * value);
      }
    }

    const directions = new Float64Array(2 * m * d);
    addProduct(weights, 2 * m, rows, columns, d, directions);
    return {
      loss,
      gradient: {
        router: { shape: [m, d], data: directions.subarray(0, m * d) },
        expert: { shape: [m, d], data: directions.subarray(m * d) },
        amplitude: dAmplitude,
      },
    };
  };
}

/** The rows of V and W of a model, stacked: router rows 0 … m − 1, expert rows m … 2m − 1, as one [2m, d] array. */
function stackRows({ params: { router, expert } }: MoE): Float64Array {
  const rows = new Float64Array(2 * router.data.length);
  rows.set(router.data);
  rows.set(expert.data, router.data.length);
  return rows;
}

interface Scratch {
  readonly spec: MoE['spec'];
  /** 2(m + k), rounded up to a multiple of four with rows of zeros. */
  readonly columns: number;
  /** Rows of V, W, V*, W*, [columns, d]. */
  readonly rows: Float64Array;
  /** Inner products of the student's rows with all rows, [2m, columns]. */
  readonly overlaps: Float64Array;
  /** The gradient's coefficients in the same rows, [2m, columns]. */
  readonly weights: Float64Array;
  /** w*_j·v*_j, [k]. */
  readonly teacherOwn: Float64Array;
  readonly kernels: PairKernels;
}

function createScratch(model: MoE, unitTeacher: UnitRouters): Scratch {
  const { model: teacher } = unitTeacher;
  const { inputDim: d, experts: m } = model.spec;
  const k = teacher.spec.experts;
  const router = teacher.params.router.data;
  const expert = teacher.params.expert.data;
  const columns = 4 * Math.ceil((m + k) / 2);
  return {
    spec: model.spec,
    columns,
    rows: new Float64Array(columns * d),
    overlaps: new Float64Array(2 * m * columns),
    weights: new Float64Array(2 * m * columns),
    teacherOwn: Float64Array.from({ length: k }, (_, j) => dotAt(router, j * d, expert, j * d, d)),
    kernels: pairKernels(model.spec, unitTeacher, 1),
  };
}
