import { loadPopulationKernels, type PopulationStep } from '@softmoe/kernels/population';
import type { MoE, MoESpec } from '@softmoe/model';
import { requireSameInputs } from '@softmoe/model/checks';
import { zeros } from '@softmoe/model/linalg';
import { closedFormOf } from './closed-form.ts';
import type { LossAndGradient } from './objective.ts';
import { pairTable } from './pair-kernel.ts';

/**
 * Loss, but for its constant ½E f*², and Euclidean gradient of the population loss against one teacher, by the SIMD
 * kernels. Rejects where this JavaScript engine can't run them.
 */
export async function loadSimdWorkspace(teacher: MoE): Promise<(model: MoE) => LossAndGradient> {
  const kernels = await loadPopulationKernels();
  let spec: MoESpec | undefined;
  let step: PopulationStep | undefined;
  return (model) => {
    requireSameInputs('model', model, teacher);
    if (!step || spec !== model.spec) step = kernels.problem(problemOf(model.spec, teacher));
    spec = model.spec;
    const { inputDim: d, experts: m } = spec;
    const gradient = { router: zeros([m, d]), expert: zeros([m, d]), amplitude: zeros([m]) };
    const loss = step.lossAndGradient(rowsOf(model.params), rowsOf(gradient));
    return { loss, gradient };
  };
}

/** Units of one gate and expert are of one kind, whichever model they belong to. */
function problemOf(student: MoESpec, teacher: MoE) {
  const specs = sameUnits(student, teacher.spec) ? [student] : [student, teacher.spec];
  return {
    students: student.experts,
    teachers: teacher.spec.experts,
    inputDim: student.inputDim,
    kinds: [
      ...Array.from({ length: student.experts }, () => 0),
      ...Array.from({ length: teacher.spec.experts }, () => specs.length - 1),
    ],
    tables: specs.map((one) => specs.map((other) => pairTable(one, other, 1))),
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
