import {
  type ExpertSpec,
  type MoE,
  type NDArray,
  type Objective,
  retract,
  toSpan,
} from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import { row, subtractProjections } from '@softmoe/model/linalg';
import { populationObjective } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import {
  balancedFlow,
  bogackiShampine,
  integrate,
  type Stepper,
  type VectorField,
} from '@softmoe/train';

/** An orthonormal teacher of cubic experts and a student at a random start, as plain data. */
export interface SceneInput {
  readonly inputDim: number;
  readonly teachers: number;
  readonly students: number;
  readonly gate: GateName;
  readonly seed: number;
}

/** The two in span coordinates, with the exact population loss between them. */
export interface Scene {
  readonly student: MoE;
  readonly teacher: MoE;
  readonly objective: Objective;
}

const CUBIC: ExpertSpec = { kind: 'hermite', degree: 3 };
/** As small as in the presets: students align as if alone at first, docs/theory.md section 3. */
const INITIAL_AMPLITUDE = 1e-3;

/** `start` may move the student before it is rotated into the span. */
export function createScene(
  input: SceneInput,
  start: (student: MoE, teacher: MoE) => MoE = (student) => student,
): Scene {
  const { inputDim, gate, seed } = input;
  const teacher = createTeacher({
    inputDim,
    experts: input.teachers,
    gate,
    expert: CUBIC,
    geometry: { kind: 'orthonormal' },
    seed,
  });
  const student = createStudent({
    inputDim,
    experts: input.students,
    gate,
    expert: CUBIC,
    seed,
    amplitude: INITIAL_AMPLITUDE,
  });
  const span = toSpan(start(student, teacher), teacher);
  return {
    student: span.student,
    teacher: span.teacher,
    objective: populationObjective(span.teacher),
  };
}

/**
 * The student with every w_i orthogonal to all v*_j and every v_i to all w*_j, so that a unit starts with the overlaps of its
 * own kind alone. The teacher's rows have to be orthonormal.
 */
export function uncrossed({ spec, params }: MoE, teacher: MoE): MoE {
  const without = (rows: NDArray, basis: NDArray) => {
    const data = rows.data.slice();
    const left = { ...rows, data };
    const directions = Array.from({ length: teacher.spec.experts }, (_, j) => row(basis, j));
    for (let i = 0; i < spec.experts; i++) subtractProjections(row(left, i), directions);
    return left;
  };
  return retract(spec, {
    ...params,
    router: without(params.router, teacher.params.expert),
    expert: without(params.expert, teacher.params.router),
  });
}

/** Steps of at most 1 in flow time, between which crossings of an overlap are interpolated to a few hundredths. */
const LONGEST_STEP = 1;

/** The exact flow of `field`, by the integrator of the presets. */
export function flowStepper({ objective }: Scene, field: VectorField = balancedFlow): Stepper {
  return integrate(field, objective, bogackiShampine({ rtol: 1e-4, maxStep: LONGEST_STEP }));
}
