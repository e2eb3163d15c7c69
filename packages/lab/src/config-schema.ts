import { gateNames } from '@softmoe/model/checks';
import { populationVariants } from '@softmoe/population';
import * as z from 'zod';
import {
  expert,
  geometry,
  ownGate,
  ownTeacher,
  routerNorm,
  teacherRouterNorm,
} from './config-parts.ts';

export const count = z.int().min(1);
const positive = z.number().gt(0);

/** The fields of `train`. Those without a default here get one that fits the others, see `completeConfig`. */
export const trainSchema = z.strictObject({
  flow: z
    .enum(['balanced', 'plain'])
    .optional()
    .describe(
      'vector field of the training (default: balanced; plain for softmax routing or adam)',
    ),
  method: z
    .enum(['dormandPrince', 'bogackiShampine', 'euler', 'adam'])
    .optional()
    .describe(
      'integrator or optimiser (default: dormandPrince for the exact engine, euler for the others; adam where there is no closed form)',
    ),
  tolerance: positive
    .max(1)
    .default(1e-4)
    .describe('error allowed in a step of an adaptive method'),
  step: positive
    .optional()
    .describe(
      "step of euler in flow time, or adam's learning rate (default: 0.1 for euler, 0.01 for adam)",
    ),
  time: positive
    .optional()
    .describe(
      'flow time at which training ends; a step of adam counts as its learning rate (default: 150; 60 for adam)',
    ),
  batchSize: count
    .optional()
    .describe('fresh samples in a step (default: 8192 for the online engine, 4096 for subspace)'),
  noise: z
    .number()
    .min(0)
    .default(0)
    .describe('standard deviation of label noise (online and subspace engines)'),
  sampling: z
    .enum(['inputs', 'span'])
    .default('inputs')
    .describe(
      'how the online engine draws its batches, for training and for fine-tuning: all numbers of the inputs, or ' +
        'what SGD sees of them, which is equal in law and faster where d is large',
    ),
  recordEvery: positive
    .optional()
    .describe('flow time between records (default: 0.5; 0.1 for adam)'),
  spectrum: z
    .boolean()
    .exactOptional()
    .describe(
      'whether each record of training tells the landscape, by the exact Hessian there: its lowest and highest eigenvalues, how many ' +
        'directions lead down or are flat (up to 300 directions), and to which teacher expert the lowest one points (default: false)',
    ),
});

export const pruneSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('cliff') }),
  z.strictObject({ rule: z.literal('size'), size: count }),
  z.strictObject({ rule: z.literal('tolerance'), tolerance: z.number().min(0).max(1) }),
]);

export const finetuneSchema = z.strictObject({
  method: z
    .enum(['gradientDescent', 'levenbergMarquardt'])
    .default('gradientDescent')
    .describe('method of fine-tuning'),
  maxSteps: count.default(20_000).describe('most steps of fine-tuning'),
  onlineSteps: z
    .int()
    .min(0)
    .default(1000)
    .describe('steps of fine-tuning on fresh samples before the last stage (online engine)'),
  onlineStep: positive
    .default(0.3)
    .describe('step of fine-tuning on fresh samples (online engine)'),
  sampleSize: count
    .default(4096)
    .describe(
      'points of the fixed sample that stands for the exact loss where that has no closed form',
    ),
});

/** The values that tell the kinds of a field apart which may be one of several. */
export const unionKinds: Readonly<Record<string, readonly string[]>> = {
  expert: expert.options.flatMap(({ shape }) =>
    shape.kind instanceof z.ZodLiteral ? [String(shape.kind.value)] : [],
  ),
  geometry: geometry.options.map(({ shape }) => shape.kind.value),
  prune: pruneSchema.options.map(({ shape }) => shape.rule.value),
};

/**
 * Everything that determines an experiment, as users write it. A zod schema; `parseConfig` fills in the defaults that
 * depend on other fields, checks the fields together and throws errors with a remedy.
 */
export const configSchema = z.strictObject({
  $schema: z
    .string()
    .exactOptional()
    .describe('address of the JSON Schema, for editors; without meaning for a run'),
  inputDim: count.default(1000).describe('dimension d of the inputs'),
  teachers: count.default(5).describe('number k of teacher experts'),
  students: count.default(25).describe('number m of student experts'),
  routing: z
    .enum(['independent', 'softmax'])
    .default('independent')
    .describe('a gate for each router, or gates that compete'),
  gate: z
    .union([z.enum(gateNames), ownGate])
    .default('sigmoid')
    .describe(
      "the routers' non-linearity: sigmoid, probit, tanh, or a module of your own; without meaning for softmax routing",
    ),
  routerNorm,
  teacherRouterNorm,
  expert: expert
    .default({ kind: 'hermite', degree: 3 })
    .describe(
      "the experts' non-linearity: hermite:DEGREE, series:c0,c1,…, relu, tanh, gelu, linear, or a module of your own",
    ),
  teacher: ownTeacher
    .exactOptional()
    .describe(
      'a teacher of your own, in place of one that is drawn: a model (.safetensors), or the arrays router, expert and amplitude ' +
        '(.npz or .json) of experts as the config says; it determines dimension, number and kind of the teacher experts',
    ),
  geometry: geometry
    .default({ kind: 'orthonormal' })
    .describe(
      "the teacher's directions: orthonormal, random-unit or correlated:OVERLAP; given, where it is one of your own",
    ),
  amplitudeSpread: z
    .number()
    .min(1)
    .default(1)
    .describe("ratio of the teacher's largest amplitude to its smallest"),
  seed: z.int().min(0).default(0).describe('seed of every random number'),
  initialAmplitude: positive
    .optional()
    .describe(
      "amplitude of the student's units at the start (default: 1e-3; 0.5 for softmax routing)",
    ),
  engine: z
    .enum(['exact', 'subspace', 'online'])
    .optional()
    .describe(
      'exact population loss; fresh samples of it in span coordinates; or SGD on fresh batches of inputs ' +
        '(default: exact where there is a closed form, else subspace)',
    ),
  variant: z
    .enum(populationVariants)
    .exactOptional()
    .describe(
      'how the exact loss is computed: in JavaScript, or faster in SIMD WebAssembly; the last bits of a run depend on it, so a ' +
        'config without it goes on in float64 (default: float64-simd for presets where there is SIMD, else float64); without ' +
        'meaning where there is no closed form',
    ),
  train: trainSchema.prefault({}),
  prune: pruneSchema
    .default({ rule: 'cliff' })
    .describe('size of the pruned student: cliff, size:N or tolerance:LOSS'),
  finetune: finetuneSchema.prefault({}),
});

/** A config as users write it: every field may be left out. `softmoe config --schema` says what each is. */
export interface ConfigInput extends z.input<typeof configSchema> {}

/** A config with the defaults of the schema alone. */
export type PartialConfig = z.output<typeof configSchema>;

type Filled<Fields> = { [Name in keyof Fields]-?: NonNullable<Fields[Name]> };

/** Fields that have no default, or one that is the absence of the field. */
type Optional = 'variant' | 'routerNorm' | 'teacherRouterNorm';
/** Fields of which a config says more, or less, than users may write. */
type Narrowed = 'train' | 'teacher' | 'gate' | 'expert';

/** A config with all its defaults filled in. */
export type Config = Filled<Omit<PartialConfig, Optional | Narrowed | '$schema'>> &
  Pick<PartialConfig, Optional> & {
    readonly train: Filled<Omit<PartialConfig['train'], 'spectrum'>> &
      Pick<PartialConfig['train'], 'spectrum'>;
    /** By name, or what pins one of the user's own. */
    readonly gate: Extract<PartialConfig['gate'], string> | OwnGate;
    /** By name and constants, or what pins one of the user's own. */
    readonly expert: Exclude<PartialConfig['expert'], { kind?: 'own' | undefined }> | OwnExpert;
    /** Pins a teacher of the user's own; absent where the teacher is drawn. */
    readonly teacher?: OwnTeacher;
  };

/** What a config says of a gate or an expert of the user's own. */
export interface OwnPart {
  readonly module?: string;
  readonly sha256?: string;
  readonly name: string;
  readonly parity: 'odd' | 'even' | 'none';
}

/** A gate of the user's own, which was loaded. */
interface OwnGate extends OwnPart {
  /** Whether it has exact expectations. */
  readonly exact: boolean;
  /** Of exact ones, an estimate from above of their error, which is that of its moments. */
  readonly error?: number;
}

/** An expert of the user's own, which was loaded. */
export interface OwnExpert extends OwnPart {
  readonly kind: 'own';
  /** Coefficients of its Hermite series, where that ends and it has exact expectations. */
  readonly coefficients?: number[];
}

/** A teacher of the user's own, which was read: the file it came from, if any, its digest and its amplitudes. */
export interface OwnTeacher {
  readonly file?: string;
  readonly sha256: string;
  readonly amplitudes: number[];
}
