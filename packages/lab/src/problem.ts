import type { Backend } from '@softmoe/backend';
import { type Gram, type MoE, type OwnParts, ShapeError, toSpan, ValueError } from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import { createStudent, createTeacher, type GatingOptions } from '@softmoe/teacher';
import type { Stepper } from '@softmoe/train';
import type { Config } from './config.ts';
import { type Estimators, estimatorsOf } from './estimators.ts';
import { sameUnits, type UnitParts, unitsOf } from './own-parts.ts';
import { requirePinned } from './own-teacher.ts';
import type { Machine } from './size-limits.ts';
import { refinerOf, stepperOf } from './steppers.ts';

/** A student to be pruned, in coordinates of its own. */
interface Pruning {
  readonly student: MoE;
  /** Gram data of models in these coordinates. */
  gramOf(model: MoE): Promise<Gram>;
  /** From these coordinates back to the working ones. */
  lift(model: MoE): MoE;
}

/** What an experiment computes on. */
export interface Problem {
  readonly teacher: MoE;
  readonly student: MoE;
  /** Teacher and start in the coordinates in which training runs: those of the span, or of the inputs for the online engine. */
  readonly working: { readonly teacher: MoE; readonly student: MoE };
  /** From working coordinates back to inputDim. */
  lift(model: MoE): MoE;
  readonly estimators: Estimators;
  readonly stepper: Stepper;
  /** Fine-tuning on fresh samples; online engine only. */
  readonly refiner: Stepper | undefined;
  /** What pruning a trained student, in working coordinates, computes on. */
  pruningOf(trained: MoE): Pruning;
  /** What it is computed on, as far as the caller says. */
  readonly machine: Machine | undefined;
}

/**
 * Teacher, student and training of a config, with `parts` of the user's own in the places of their names, from `given` where there is such a student, on a teacher of the user's `own`. All engines but online run in span
 * coordinates, docs/theory.md (14) and (37). Throws typed errors for what cannot be built.
 */
export function createProblem(
  config: Config,
  backend: Backend | undefined,
  given?: MoE,
  machine?: Machine,
  own?: MoE,
  parts: OwnParts = {},
): Problem {
  const units = unitsOf(config, parts);
  if (given) requireLike(given, config, units);
  const { teachers, students, seed, geometry, amplitudeSpread, initialAmplitude } = config;
  const { teacherRouterNorm: routerNorm = 1 } = config;
  const kind = { inputDim: config.inputDim, seed, ...(units as GatingOptions & UnitParts) };
  requirePinned(config, own);
  const teacher =
    own ?? createTeacher({ ...kind, experts: teachers, geometry, amplitudeSpread, routerNorm });
  const student =
    given ?? createStudent({ ...kind, experts: students, amplitude: initialAmplitude });
  const estimators = estimatorsOf(config, backend);
  const working =
    config.engine === 'online' ? { teacher, student, lift: asItIs } : toSpan(student, teacher);
  return {
    teacher,
    student,
    working,
    lift: working.lift,
    machine,
    estimators,
    stepper: stepperOf(config, estimators.train(working.teacher).objective),
    refiner: estimators.refine && refinerOf(config, estimators.refine(teacher).objective),
    pruningOf: (trained) =>
      hasOwnGates(config.routing) && config.train.sampling === 'inputs'
        ? { student: trained, gramOf: estimators.prune(working.teacher).gram, lift: asItIs }
        : pruningInSpan(estimators, trained, working.teacher),
  };
}

/**
 * Second moments are the same in span coordinates, docs/theory.md (37), and cost the same there at every d. The span of the
 * trained student and the teacher holds all models that its units can be merged into.
 */
function pruningInSpan({ prune }: Estimators, trained: MoE, teacher: MoE): Pruning {
  const { student, teacher: target, lift } = toSpan(trained, teacher);
  return { student, gramOf: prune(target).gram, lift };
}

function asItIs(model: MoE): MoE {
  return model;
}

/** A student from elsewhere must be one that the config describes. */
function requireLike({ spec }: MoE, config: Config, units: UnitParts): void {
  const { inputDim, students } = config;
  if (spec.inputDim !== inputDim || spec.experts !== students) {
    throw new ShapeError(`must have ${students} units of ${inputDim} inputs, as the config says`, {
      field: 'student.spec',
      value: [spec.experts, spec.inputDim],
      remedy: 'Set students and inputDim of the config to those of the student.',
    });
  }
  if (!sameUnits(spec, units)) {
    throw new ValueError('has another gate, expert or routing than the config', {
      field: 'student.spec',
      value: spec,
      remedy: 'Set gate, expert and routing of the config to those of the student.',
    });
  }
}
