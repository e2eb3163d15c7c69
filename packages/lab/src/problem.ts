import type { Backend } from '@softmoe/backend';
import {
  type Estimator,
  type Gram,
  type MoE,
  type MoESpec,
  type Objective,
  ShapeError,
  toSpan,
  UnsupportedError,
  ValueError,
} from '@softmoe/model';
import { populationGram, populationObjective } from '@softmoe/population';
import { freshBatches, sampled } from '@softmoe/sampled';
import { createStudent, createTeacher, type GatingOptions } from '@softmoe/teacher';
import {
  adam,
  balancedFlow,
  bogackiShampine,
  descend,
  dormandPrince,
  euler,
  integrate,
  type Method,
  plainFlow,
  type Stepper,
} from '@softmoe/train';
import type { Config } from './config.ts';

/** What an experiment computes on. */
export interface Problem {
  readonly teacher: MoE;
  readonly student: MoE;
  /** Teacher and start in the coordinates in which training runs: those of the span, or of the inputs for the online engine. */
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

/** Fresh samples from which the sampling engines estimate the Gram data that pruning needs: once or twice, */
const GRAM_SAMPLES = 65_536;
/** or for each of the many candidates among which pruning chooses under softmax routing. */
const CANDIDATE_SAMPLES = 16_384;
/** Of them these many are computed at a time. */
const GRAM_BATCH = 4096;

/** What float32 arithmetic adds to entries of the Gram data, relative to them. */
const FLOAT32_NOISE = 1e-6;

/**
 * Teacher, student and training of a config, from `given` where there is such a student. Throws typed errors for what
 * cannot be built.
 */
export function createProblem(config: Config, backend: Backend | undefined, given?: MoE): Problem {
  if (given) requireLike(given, config);
  const { teachers, students, seed, geometry, amplitudeSpread, initialAmplitude } = config;
  const kind = { inputDim: config.inputDim, expert: config.expert, seed, ...gatingOf(config) };
  const teacher = createTeacher({ ...kind, experts: teachers, geometry, amplitudeSpread });
  const student =
    given ?? createStudent({ ...kind, experts: students, amplitude: initialAmplitude });
  switch (config.engine) {
    case 'exact':
      return exactProblem(config, teacher, student);
    case 'subspace':
      return subspaceProblem(config, teacher, student, requireBackend(backend, config.engine));
    case 'online':
      return onlineProblem(config, teacher, student, requireBackend(backend, config.engine));
  }
}

/** The population loss in closed form, in span coordinates, docs/theory.md (14). */
function exactProblem(config: Config, teacher: MoE, student: MoE): Problem {
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

/**
 * The population loss on fresh points drawn in span coordinates, docs/theory.md (37): unbiased, and of less variance than
 * SGD on inputs of all d dimensions, which it is not.
 */
function subspaceProblem(config: Config, teacher: MoE, student: MoE, backend: Backend): Problem {
  const span = toSpan(student, teacher);
  return {
    ...sampledProblem(config, span.teacher, backend),
    teacher,
    student,
    working: span,
    lift: span.lift,
    refiner: undefined,
  };
}

/**
 * Online SGD on fresh batches of inputs, docs/theory.md (20). Second moments are the same in span coordinates, (37): there the
 * many candidates of pruning under softmax routing cost the same at every d.
 */
function onlineProblem(config: Config, teacher: MoE, student: MoE, backend: Backend): Problem {
  const refinement = freshEstimator(config, teacher, backend, 'finetune').objective;
  const problem = sampledProblem(config, teacher, backend);
  const gramInSpan = (model: MoE) => {
    const span = toSpan(model, teacher);
    return gramEstimator(config, span.teacher, backend).gram(span.student);
  };
  return {
    ...problem,
    gramOf: config.routing === 'softmax' ? gramInSpan : problem.gramOf,
    teacher,
    student,
    working: { teacher, student },
    lift: (model) => model,
    refiner: integrate(plainFlow, refinement, euler({ fixedStep: config.finetune.onlineStep })),
  };
}

/** What sampling gives, in the coordinates of `teacher`. */
function sampledProblem(
  config: Config,
  teacher: MoE,
  backend: Backend,
): Pick<Problem, 'stepper' | 'gramOf' | 'gramNoise'> {
  return {
    stepper: stepperOf(config, freshEstimator(config, teacher, backend, 'train').objective),
    gramOf: gramEstimator(config, teacher, backend).gram,
    gramNoise: backend.info.precision === 'float64' ? 0 : FLOAT32_NOISE,
  };
}

/** Second moments over a sample that is the same for every model. */
function gramEstimator({ seed, routing }: Config, teacher: MoE, backend: Backend): Estimator {
  const sampleSize = routing === 'softmax' ? CANDIDATE_SAMPLES : GRAM_SAMPLES;
  const options = { batchSize: GRAM_BATCH, seed, stream: 'prune', sampleSize };
  return sampled(freshBatches(teacher, options), backend);
}

function freshEstimator(
  { seed, train }: Config,
  teacher: MoE,
  backend: Backend,
  stream: string,
): Estimator {
  const { batchSize, noise } = train;
  return sampled(freshBatches(teacher, { batchSize, seed, stream, noise }), backend);
}

function stepperOf({ train }: Config, objective: Objective): Stepper {
  const { method, flow, step } = train;
  if (method === 'adam') {
    // In time an update counts as its learning rate, as one of euler does as its step.
    return descend({ ...adam({ learningRate: step }), timeStep: step }, objective);
  }
  return integrate(
    flow === 'balanced' ? balancedFlow : plainFlow,
    objective,
    methodOf(method, train),
  );
}

function methodOf(
  method: Exclude<Config['train']['method'], 'adam'>,
  { tolerance, step }: Config['train'],
): Method {
  switch (method) {
    case 'euler':
      return euler({ fixedStep: step });
    case 'bogackiShampine':
      return bogackiShampine({ rtol: tolerance });
    case 'dormandPrince':
      return dormandPrince({ rtol: tolerance });
  }
}

/** Routing with the gate that it needs, if any. */
function gatingOf({ routing, gate }: Pick<Config, 'routing' | 'gate'>): GatingOptions {
  return routing === 'softmax' ? { routing } : { routing, gate };
}

/** A student from elsewhere must be one that the config describes. */
function requireLike({ spec }: MoE, config: Config): void {
  const { inputDim, students } = config;
  if (spec.inputDim !== inputDim || spec.experts !== students) {
    throw new ShapeError(`must have ${students} units of ${inputDim} inputs, as the config says`, {
      field: 'student.spec',
      value: [spec.experts, spec.inputDim],
      remedy: 'Set students and inputDim of the config to those of the student.',
    });
  }
  if (kindOf(spec) !== kindOf(config)) {
    throw new ValueError('has another gate, expert or routing than the config', {
      field: 'student.spec',
      value: spec,
      remedy: 'Set gate, expert and routing of the config to those of the student.',
    });
  }
}

/** Equal for units of the same routing, gate and expert. */
function kindOf({ routing, gate, expert }: Pick<MoESpec, 'routing' | 'gate' | 'expert'>): string {
  return JSON.stringify([routing, routing === 'softmax' ? null : gate, expert]);
}

function requireBackend(backend: Backend | undefined, engine: Config['engine']): Backend {
  if (backend) return backend;
  throw new UnsupportedError('needs a backend to compute on', {
    field: 'engine',
    value: engine,
    remedy:
      'Pass { backend: createReferenceBackend() } of @softmoe/backend, or use the exact engine where there is a closed form.',
  });
}
