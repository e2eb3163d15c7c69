import type { Backend } from '@softmoe/backend';
import {
  type Gram,
  type MoE,
  type Objective,
  ShapeError,
  UnsupportedError,
  ValueError,
} from '@softmoe/model';
import { populationGram, populationObjective, toSpan } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import {
  balancedFlow,
  bogackiShampine,
  dormandPrince,
  euler,
  integrate,
  type Method,
  onlineObjective,
  plainFlow,
  type Stepper,
} from '@softmoe/train';
import type { Config } from './config.ts';
import { estimateGram } from './estimate-gram.ts';

/** What an experiment computes on. */
export interface Problem {
  readonly teacher: MoE;
  readonly student: MoE;
  /** Teacher and start in the coordinates in which training runs: those of the span for the exact engine. */
  readonly working: { readonly teacher: MoE; readonly student: MoE };
  /** From working coordinates back to inputDim. */
  lift(model: MoE): MoE;
  readonly stepper: Stepper;
  /** Fine-tuning on fresh samples; online engine only. */
  readonly refiner: Stepper | undefined;
  /** Gram data of a model in working coordinates. */
  gramOf(model: MoE): Promise<Gram>;
  /** Relative error of the Gram data: that of the backend's arithmetic. */
  readonly gramNoise: number;
}

/** Fresh samples from which the online engine estimates the Gram data that pruning needs. */
const GRAM_SAMPLES = 65_536;

/** What float32 arithmetic adds to entries of the Gram data, relative to them. */
const FLOAT32_NOISE = 1e-6;

/**
 * Teacher, student and training of a config, from `given` where there is such a student. Throws typed errors for what
 * cannot be built.
 */
export function createProblem(config: Config, backend: Backend | undefined, given?: MoE): Problem {
  const { inputDim, gate, expert, geometry, seed, amplitudeSpread, initialAmplitude } = config;
  const teacher = createTeacher({
    inputDim,
    experts: config.teachers,
    gate,
    expert,
    geometry,
    seed,
    amplitudeSpread,
  });
  if (given) requireLike(given, config);
  const student =
    given ??
    createStudent({
      inputDim,
      experts: config.students,
      gate,
      expert,
      seed,
      amplitude: initialAmplitude,
    });
  if (config.engine === 'exact') {
    const span = toSpan(student, teacher);
    return {
      teacher,
      student,
      working: span,
      lift: span.lift,
      stepper: stepperOf(config, populationObjective(span.teacher)),
      refiner: undefined,
      gramOf: async (model) => populationGram(model, span.teacher),
      gramNoise: 0,
    };
  }
  const { batchSize, noise } = config.train;
  const live = requireBackend(backend);
  const online = (stream: string) =>
    onlineObjective(teacher, live, { batchSize, seed, stream, noise });
  return {
    teacher,
    student,
    working: { teacher, student },
    lift: (model) => model,
    stepper: stepperOf(config, online('train')),
    refiner: integrate(
      plainFlow,
      online('finetune'),
      euler({ fixedStep: config.finetune.onlineStep }),
    ),
    gramOf: (model) =>
      estimateGram(model, teacher, live, { seed, stream: 'prune', size: GRAM_SAMPLES }),
    gramNoise: live.info.precision === 'float64' ? 0 : FLOAT32_NOISE,
  };
}

/** The fine-tuning of a pruned student, always on the exact loss, in the coordinates of its own span. */
export interface FinetuneProblem {
  readonly teacher: MoE;
  readonly student: MoE;
  readonly objective: Objective;
  lift(model: MoE): MoE;
}

export function createFinetuneProblem(pruned: MoE, teacher: MoE): FinetuneProblem {
  const span = toSpan(pruned, teacher);
  return { ...span, objective: populationObjective(span.teacher) };
}

function stepperOf({ train }: Config, objective: Objective): Stepper {
  const field = train.flow === 'balanced' ? balancedFlow : plainFlow;
  return integrate(field, objective, methodOf(train));
}

function methodOf({ method, tolerance, step }: Config['train']): Method {
  switch (method) {
    case 'euler':
      return euler({ fixedStep: step });
    case 'bogackiShampine':
      return bogackiShampine({ rtol: tolerance });
    case 'dormandPrince':
      return dormandPrince({ rtol: tolerance });
  }
}

/** A student from elsewhere must be one that the config describes. */
function requireLike({ spec }: MoE, { inputDim, students, gate, expert }: Config): void {
  if (spec.inputDim !== inputDim || spec.experts !== students) {
    throw new ShapeError(`must have ${students} units of ${inputDim} inputs, as the config says`, {
      field: 'student.spec',
      value: [spec.experts, spec.inputDim],
      remedy: 'Set students and inputDim of the config to those of the student.',
    });
  }
  const wanted = JSON.stringify([gate, expert, 'independent']);
  if (JSON.stringify([spec.gate, spec.expert, spec.routing]) !== wanted) {
    throw new ValueError('has another gate, expert or routing than the config', {
      field: 'student.spec',
      value: spec,
      remedy: 'Set gate and expert of the config to those of the student.',
    });
  }
}

function requireBackend(backend: Backend | undefined): Backend {
  if (backend) return backend;
  throw new UnsupportedError('needs a backend to compute on', {
    field: 'engine',
    value: 'online',
    remedy:
      'Pass { backend: createReferenceBackend() } of @softmoe/backend, or use the exact engine.',
  });
}
