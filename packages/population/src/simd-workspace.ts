import {
  loadPopulationKernels,
  type PopulationKernels,
  type PopulationStep,
} from '@softmoe/kernels/population';
import type { MoE, MoESpec, NDArray } from '@softmoe/model';
import { requireSameInputs } from '@softmoe/model/checks';
import { zeros } from '@softmoe/model/linalg';
import { closedFormOf } from './closed-form.ts';
import { halfSquareOf } from './pair-expectations.ts';
import { kernelTable } from './pair-groups.ts';
import { type PairTable, pairTable } from './pair-table.ts';
import { OVERLAPS } from './pair-variables.ts';
import { type PairKernels, pairKernels, unitRouters } from './unit-routers.ts';

/** The population loss and its Euclidean gradient. */
interface LossAndGradient {
  readonly loss: number;
  readonly gradient: { router: NDArray; expert: NDArray; amplitude: NDArray };
}

/**
 * What evaluates students one after the other, with all scratch space kept between calls: of unit routers, and their lengths where these
 * are their own.
 */
export type Workspace = (model: MoE, lengths?: Float64Array) => LossAndGradient;

/**
 * What loads the workspace of a teacher that computes by the SIMD kernels. It rejects where this JavaScript engine can't run
 * them. Throws `UnsupportedError` for a teacher without a closed form.
 */
export function simdWorkspaceOf(teacher: MoE): () => Promise<Workspace> {
  const teacherLoss = halfSquareOf(teacher);
  return async () => createSimdWorkspace(await loadPopulationKernels(), teacher, teacherLoss);
}

/** Terms that there is room for at first, of each moment of a unit whose router has a length of its own. */
const CAPACITY = 256;

function createSimdWorkspace(
  kernels: PopulationKernels,
  teacher: MoE,
  teacherLoss: number,
): Workspace {
  const unitTeacher = unitRouters(teacher);
  let spec: MoESpec | undefined;
  let step: PopulationStep | undefined;
  let momentsAt: PairKernels['momentsAt'];
  let capacity = CAPACITY;
  return (model, lengths) => {
    requireSameInputs('model', model, teacher);
    if (spec !== model.spec) {
      step = undefined;
      ({ momentsAt } = pairKernels(model.spec, unitTeacher, 1));
    }
    spec = model.spec;
    const moments = momentsAt?.({ model, lengths });
    if (moments && moments.count > capacity) {
      step = undefined;
      capacity = 2 * moments.count;
    }
    step ??= kernels.problem({
      ...problemOf(spec, unitTeacher.model),
      ...(moments ? { lengths: { order: moments.order, capacity } } : {}),
    });
    const { inputDim: d, experts: m } = spec;
    const gradient = { router: zeros([m, d]), expert: zeros([m, d]), amplitude: zeros([m]) };
    const loss = step.lossAndGradient(rowsOf(model.params), rowsOf(gradient), moments);
    return { loss: teacherLoss + loss, gradient };
  };
}

/**
 * {@link PairTable} by the SIMD kernels, and in JavaScript where routers have lengths of their own: the kernels have no second derivatives by
 * these. It rejects where this JavaScript engine can't run them.
 */
export async function loadSimdPairTable(): Promise<PairTable> {
  const kernels = await loadPopulationKernels();
  return function* simdPairTable(pairs, unitStudent, unitTeacher) {
    if (pairs.variables > OVERLAPS) return yield* pairTable(pairs, unitStudent, unitTeacher);
    const { m } = pairs;
    const { model: student } = unitStudent;
    const { model: teacher } = unitTeacher;
    const step = kernels.problem({ ...problemOf(student.spec, teacher, 2), derivatives: 2 });
    const table = step.curvatures(rowsOf(student.params)).slice();
    yield m;
    return table;
  };
}

/** Units of one gate and expert are of one kind, whichever model they belong to. */
function problemOf(student: MoESpec, teacher: MoE, derivatives: 1 | 2 = 1) {
  const specs = sameUnits(student, teacher.spec) ? [student] : [student, teacher.spec];
  return {
    students: student.experts,
    teachers: teacher.spec.experts,
    inputDim: student.inputDim,
    kinds: [
      ...Array.from({ length: student.experts }, () => 0),
      ...Array.from({ length: teacher.spec.experts }, () => specs.length - 1),
    ],
    tables: specs.map((one) =>
      specs.map((other) => kernelTable(closedFormOf(one), closedFormOf(other), derivatives)),
    ),
    teacher: rowsOf(teacher.params),
  };
}

function sameUnits(spec: MoESpec, other: MoESpec): boolean {
  const [one, two] = [closedFormOf(spec), closedFormOf(other)];
  return one.gate === two.gate && String(one.coefficients) === String(two.coefficients);
}

function rowsOf({ router, expert, amplitude }: MoE['params']) {
  return { router: router.data, expert: expert.data, amplitude: amplitude.data };
}
