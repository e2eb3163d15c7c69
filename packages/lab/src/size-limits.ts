import { SoftmoeError } from '@softmoe/model';
import type { Config } from './config.ts';
import { estimateSize, type PhaseSize, type SizeOptions } from './size-estimate.ts';

/** What there is to compute on, as the caller knows it: browsers and Node tell in their own ways. */
export interface Machine {
  /** Bytes of memory. */
  readonly memory: number;
}

/** An experiment needs more memory than there is, or an array longer than JavaScript allows. */
export class SizeError extends SoftmoeError {
  override readonly name = 'SizeError';
}

/** Bytes that a program has before an experiment: engine, code, and garbage on its way out. */
const OWN = 100e6;
const BYTES = 8;
/** No engine makes a float64 array longer than this. */
const LONGEST = 2 ** 32;

const phases = { train: 'learning', prune: 'pruning', finetune: 'fine-tuning' } as const;
type PhaseName = keyof typeof phases;

/** Bytes that an experiment of this config needs at a time, those of the program itself among them. */
export function memoryOf(config: Config, options?: SizeOptions): number {
  const sizes = Object.values(estimateSize(config, options));
  return OWN + BYTES * Math.max(...sizes.map(({ numbers }) => numbers));
}

/**
 * Throws {@link SizeError} for a config of which a phase does not fit the machine, before anything is allocated. It names a field
 * that can be made small enough, and the largest value that fits. Without a machine only what no machine can do is refused.
 */
export function requireFits(
  config: Config,
  machine: Machine = { memory: Infinity },
  options?: SizeOptions,
): void {
  const misfit = misfitOf(config, machine, options);
  if (misfit) throw sizeError(config, machine, misfit, options);
}

/** As {@link requireFits} for the fine-tuning of `kept` units, a number that is known only after pruning. */
export function requireTuningFits(
  config: Config,
  machine: Machine | undefined,
  kept: number,
): void {
  const { finetune } = estimateSize(config, { kept });
  const { memory } = machine ?? { memory: Infinity };
  if (fits(finetune, memory)) return;
  const most = largestThat(kept - 1, (size) =>
    fits(estimateSize(config, { kept: size }).finetune, memory),
  );
  const remedy =
    most === undefined
      ? `Use ${config.teacher ? 'a smaller teacher' : 'fewer teachers'}.`
      : `Prune to a size of at most ${most}, by prune.rule 'size'.`;
  throw new SizeError(problemOf('finetune', finetune, memory), {
    field: 'prune',
    value: `${kept} units kept`,
    remedy,
  });
}

interface Misfit {
  readonly phase: PhaseName;
  readonly size: PhaseSize;
}

/** The first phase that does not fit. */
function misfitOf(config: Config, { memory }: Machine, options?: SizeOptions): Misfit | undefined {
  const sizes = estimateSize(config, options);
  for (const phase of Object.keys(phases) as PhaseName[]) {
    if (!fits(sizes[phase], memory)) return { phase, size: sizes[phase] };
  }
  return undefined;
}

function fits({ numbers, largest }: PhaseSize, memory: number): boolean {
  return largest <= LONGEST && OWN + BYTES * numbers <= memory;
}

/** A field that sizes depend on: its value, the least that makes sense, and the config with another one. */
interface Lever {
  readonly field: string;
  readonly value: number;
  readonly least: number;
  with(value: number): object;
}

function leversOf(config: Config): Lever[] {
  const { students, teachers, inputDim, prune, train, finetune, engine, geometry } = config;
  const sized = prune.rule === 'size' ? prune : undefined;
  const given = geometry.kind === 'given';
  const least = Math.max(Math.min(teachers, students), sized?.size ?? 1);
  return [
    { field: 'students', value: students, least, with: (value) => ({ students: value }) },
    ...(sized
      ? [
          {
            field: 'prune.size',
            value: sized.size,
            least: 1,
            with: (size: number) => ({ prune: { rule: 'size', size } }),
          },
        ]
      : []),
    // A teacher that is given has the size that it has.
    ...(given
      ? []
      : [
          {
            field: 'teachers',
            value: teachers,
            least: 1,
            // A correlated geometry allows other overlaps with fewer teachers; sizes do not depend on it.
            with: (value: number) => ({ teachers: value }),
          },
        ]),
    ...(engine === 'exact'
      ? []
      : [
          {
            field: 'train.batchSize',
            value: train.batchSize,
            least: 1,
            with: (batchSize: number) => ({ train: { ...train, batchSize } }),
          },
        ]),
    {
      field: 'finetune.sampleSize',
      value: finetune.sampleSize,
      least: 1,
      with: (sampleSize) => ({ finetune: { ...finetune, sampleSize } }),
    },
    ...(given
      ? []
      : [
          {
            field: 'inputDim',
            value: inputDim,
            least: geometry.kind === 'random-unit' ? 1 : 2 * teachers,
            with: (value: number) => ({ inputDim: value }),
          },
        ]),
  ];
}

function sizeError(
  config: Config,
  machine: Machine,
  { phase, size }: Misfit,
  options?: SizeOptions,
): SizeError {
  const problem = problemOf(phase, size, machine.memory);
  for (const { field, value, least, with: change } of leversOf(config)) {
    const fitting = (smaller: number) =>
      smaller >= least && !misfitOf({ ...config, ...change(smaller) } as Config, machine, options);
    const most = largestThat(value - 1, fitting, least);
    if (most === undefined) continue;
    return new SizeError(problem, { field, value, remedy: `Use at most ${most}.` });
  }
  return new SizeError(problem, {
    field: 'config',
    value: `students ${config.students}, teachers ${config.teachers}, inputDim ${config.inputDim}`,
    remedy: config.teacher
      ? 'Use fewer students, or a smaller teacher.'
      : 'Use fewer students and teachers and a smaller inputDim.',
  });
}

/** The largest whole number from `least` to `most` for which `holds`, which no number above one fails and then passes. */
function largestThat(
  most: number,
  holds: (value: number) => boolean,
  least = 1,
): number | undefined {
  if (most < least || !holds(least)) return undefined;
  let [low, high] = [least, most + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function problemOf(phase: PhaseName, { numbers, largest }: PhaseSize, memory: number): string {
  const [bytes, there] = [OWN + BYTES * numbers, memory];
  if (bytes <= there || there === Infinity) {
    return `would need an array of ${largest.toExponential(1)} numbers in ${phases[phase]}, and none is longer than ${LONGEST}`;
  }
  return `would need ${byteWords(bytes)} of memory in ${phases[phase]}, and there are ${byteWords(there)}`;
}

/** Such as `24 GB`. */
function byteWords(bytes: number): string {
  const units = ['MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1e6;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const text =
    value < 10 ? value.toFixed(1) : value < 1e6 ? value.toFixed(0) : value.toExponential(1);
  return `${text} ${units[unit]}`;
}
