import type { Certificate, Proof, ProofFailure, Verdict } from '@softmoe/certify';
import type { FileFormat } from '@softmoe/model/checks';
import { populationVariants } from '@softmoe/population';
import type { Identifiability } from '@softmoe/teacher';
import * as z from 'zod';
import { completeConfig } from './config-completion.ts';
import { type Config, configSchema } from './config-schema.ts';
import { type Immutable, RESULT_FORMAT } from './formats.ts';

const count = z.int().min(0);
const numbers = z.array(z.number());
/** Of what is not defined for every run. */
const maybe = z.number().nullable();
const kind = <Kind extends string>(name: Kind) => ({ kind: z.literal(name) });

/** Sentences, which results of version 1 had: they are shown as they are. */
const text = z.string().transform((value) => ({ kind: 'text' as const, value }));
const told = z.object({ ...kind('text'), value: z.string() });

const asked = z.literal(true).exactOptional();

const advice = z.discriminatedUnion('kind', [
  /** There are fewer students than this number of teacher experts. */
  z.object({ ...kind('students-needed'), value: count }),
  z.object({ ...kind('more-students'), value: count }),
  /** To this time. */
  z.object({ ...kind('train-longer'), value: z.number() }),
  /** Pruning kept only this number of units, fewer than the teacher has; `asked` where that size was asked for. */
  z.object({ ...kind('kept-too-few'), value: count, asked }),
  /** Pruning kept this number of units, more than the teacher has, at this loss when training ended; `asked` likewise. */
  z.object({ ...kind('kept-too-many'), value: count, loss: z.number(), asked }),
  z.object({ ...kind('other-seed'), value: count }),
  /** Of a missed teacher expert: its share of the loss, less than what training left of it. */
  z.object({ ...kind('weak-teacher'), value: z.number(), teacherExpert: count }),
  told,
]);

const warning = z.discriminatedUnion('kind', [
  /** This number of students cannot represent that of teacher experts. */
  z.object({ ...kind('too-few-students'), value: count, teachers: count }),
  /** A fixed sample of this number of points is smaller than the number of parameters that it should determine. */
  z.object({ ...kind('small-sample'), value: count, needed: count, teachers: count }),
  /** The elimination curve's largest ratio of losses is this, at that size. */
  z.object({ ...kind('no-clear-cliff'), value: z.number(), size: count }),
  /** Times of alignment are interpolated between records that lie this far apart, in flow time. */
  z.object({ ...kind('coarse-times'), value: z.number() }),
  /** This number of rows of the student given, of lengths off 1 by up to that, were normalised. */
  z.object({ ...kind('rows-normalised'), value: z.number(), rows: count }),
  /** About this number of seconds of one core. */
  z.object({
    ...kind('long-run'),
    value: z.number(),
    phase: z.enum(['train', 'prune', 'finetune']),
  }),
  told,
]);

/** Of each teacher expert with the student matched to it. */
const overlaps = { expert: numbers, router: numbers };
const times = z.array(maybe);

const identifiability: z.ZodType<Identifiability> = z.discriminatedUnion('kind', [
  z.object({ ...kind('unique'), value: z.number() }),
  z.object({ ...kind('router-lines'), value: z.number(), units: z.array(count) }),
  z.object({ ...kind('expert-functions'), value: z.number() }),
  z.object({ ...kind('unproved'), value: z.string() }),
]);

const sign = z.union([z.literal(1), z.literal(-1)]);

const ball = {
  radius: z.number(),
  rate: z.number(),
  distance: z.number(),
  steps: z.tuple([z.number(), z.number()]),
};

const proof: z.ZodType<Proof> = z.object({
  ...ball,
  rateHere: z.number(),
  start: z.object({ ...ball, proved: z.boolean() }).exactOptional(),
  image: z.object({
    unit: z.array(count),
    signs: z.array(z.object({ router: sign, expert: sign, amplitude: sign })),
  }),
});

const proofFailure: z.ZodType<ProofFailure> = z.object({
  reason: z.enum([
    'not-attempted',
    'size',
    'routing',
    'gate',
    'expert',
    'curvature',
    'contraction',
    'distance',
  ]),
  inequality: z.string(),
  left: maybe,
  right: maybe,
  excess: maybe,
  mend: z.enum(['digits', 'step', 'closer-student', 'size', 'kind', 'attempt']),
  remedy: z.string(),
});

/** Every verdict of a certificate. */
export const verdictSchema: z.ZodType<Verdict> = z.enum([
  ...(['certified', 'not-converged', 'nonzero-loss'] as const),
  ...(['saddle', 'degenerate', 'unresolved'] as const),
]);

const certificate: z.ZodType<Certificate> = z.object({
  verdict: verdictSchema,
  mu: z.number(),
  lambdaMax: z.number(),
  eigenvalueError: z.number(),
  estimate: z
    .object({ curvatureError: z.number(), muError: maybe, lambdaMaxError: maybe })
    .exactOptional(),
  step: maybe,
  predictedContraction: maybe,
  measuredContraction: maybe,
  distanceContraction: maybe,
  observedOrder: maybe,
  onePointConvexity: maybe,
  loss: z.number(),
  gradientNorm: z.number(),
  parameterError: z.number().exactOptional(),
  units: z
    .object({
      share: z.number(),
      zeroLoss: z.number(),
      mu: z.number(),
      lambdaMax: z.number(),
      gradientNorm: z.number(),
      relativeError: maybe,
    })
    .exactOptional(),
  proof: proof.nullable().exactOptional(),
  proofFailure: proofFailure.nullable().exactOptional(),
});

const resultSchema = z.object({
  format: z
    .object({ name: z.literal(RESULT_FORMAT.name), version: z.literal(RESULT_FORMAT.version) })
    .catch({ ...RESULT_FORMAT }),
  inputDim: count,
  teachers: count,
  students: count,
  seed: count,
  engine: z.enum(['exact', 'subspace', 'online']),
  /**
   * The kernels that samples were computed on (simd, relaxed, or else the precision) and the variant of the exact loss; null for
   * what played no part. Results written before there was a choice have none: there the exact loss was computed in float64.
   */
  variant: z
    .object({ sampled: z.string().nullable(), population: z.enum(populationVariants).nullable() })
    .exactOptional(),
  /**
   * Teacher experts whose expert and router the final student matches with an overlap of at least 0.9. Where
   * units share their gates that of the router is between the directions of ∇log π_j(0); a single unit has none to match.
   */
  recovered: count,
  /** Whether other parameters of the teacher's size could give its function; results written before it was asked have none. */
  identifiability: identifiability.exactOptional(),
  /** Units left after pruning. */
  survivors: count,
  /** For each of them, the student units that it was made of, by number from 1: first the one that it stands for. */
  origins: z.array(z.array(count)),
  /** Largest absolute difference over all parameters up to symmetry; null unless survivors = teachers. */
  parameterError: maybe,
  loss: z.object({
    /** Of an engine that samples, on its first batch. */
    start: z.number(),
    /** Of an engine that samples, on the samples that pruning is done on, as `pruned` is. */
    trained: z.number(),
    pruned: z.number(),
    final: z.number(),
  }),
  /** Where fine-tuning on fresh samples ended, before its last stage; null but for the online engine. */
  online: z.object({ steps: count, loss: z.number(), parameterError: maybe }).nullable(),
  /** What a step of fine-tuning multiplies the loss by; null where it was not linear. */
  contraction: z.object({ predicted: maybe, measured: maybe }),
  /** Overlaps of the final student by teacher expert, and those that it had when training ended. */
  alignment: z.object({ ...overlaps, trained: z.object(overlaps) }),
  /**
   * Lengths of the teacher's routers and, when all was done, of the matched units', by teacher expert; null without a unit. Only where
   * routers have lengths of their own.
   */
  routerLengths: z.object({ teacher: numbers, student: z.array(maybe) }).exactOptional(),
  /** Flow times at which one student unit's expert and router each reached overlap 0.5 with each teacher unit. */
  milestones: z.object({
    expert: times,
    router: times,
    unit: times.exactOptional(),
    step: z.object({ expert: times, router: times }).exactOptional(),
  }),
  /** Teacher experts that were not recovered, by number from 1, with the final overlaps of the unit matched to each. */
  missing: z.array(
    z.object({
      teacherExpert: count,
      /** Whether a unit was left to be matched to it. */
      matched: z.boolean(),
      expert: z.number(),
      router: z.number(),
      /** What its unit contributes by itself to the null loss, ½ a² E u² / ½ E y². */
      share: z.number().exactOptional(),
    }),
  ),
  /** What to change so that the run recovers more, if anything. */
  advice: z.array(z.union([advice, text])),
  warnings: z.array(z.union([warning, text])),
  /** Size against loss after refit. */
  elimination: z.array(z.object({ size: count, loss: z.number() })),
  certificate,
  steps: z.object({ train: count, finetune: count }),
  seconds: z.number(),
  timing: z.object({ train: z.number(), prune: z.number(), finetune: z.number() }),
  config: configSchema.transform(completeConfig),
});

/** What to change so that a run recovers more: surfaces word it. */
export type Advice = Immutable<z.output<typeof advice>>;

/** What a user should know of a run: surfaces word it. */
export type Warning = Immutable<z.output<typeof warning>>;

/** What result.json holds: plain data. */
export type Summary = Immutable<Omit<z.output<typeof resultSchema>, 'config'>> & {
  readonly config: Config;
};

/** result.json, for `readFormat`. */
export const resultFormat: FileFormat<Summary> = {
  ...RESULT_FORMAT,
  what: 'result',
  since: 1,
  schema: resultSchema,
};
