import type { Advice, Summary, Warning } from '@softmoe/lab';
import { duration, listed, plural, readable } from './format.ts';

export {
  type Agreement,
  agreementOf,
  contractedWords,
  limitOf,
  type Pace,
  paceOf,
} from './convergence.ts';
export {
  comparisonTable,
  type DataTable,
  type DataWords,
  dataWords,
  sizesTable,
  type WriteNumber,
} from './data-words.ts';
export {
  duration,
  fixed,
  listed,
  lossBound,
  lossWords,
  plural,
  powerOfTen,
  readable,
  signed,
} from './format.ts';
export { type ProofWords, proofSentences, proofWords, stateWords } from './proof-words.ts';
export { fallWords, removalWords, times } from './pruning-words.ts';
export { routerLengthWords, type VerdictWords, verdictWords } from './verdict-words.ts';

/** Where advice is followed: by options of a command or by controls of a page. */
export type Surface = 'command' | 'page';

/** What is turned to follow advice, in the words that stand on a surface. */
interface Controls {
  students(value: number): string;
  time(value: number): string;
  seed(value: number): string;
  sample(value: number): string;
  readonly records: string;
  readonly size: string;
}

const controls: Readonly<Record<Surface, Controls>> = {
  command: {
    students: (value: number) => `--students ${value}`,
    time: (value: number) => `--train-time ${value}`,
    seed: (value: number) => `--seed ${value}`,
    sample: (value: number) => `--finetune-sample-size ${value}`,
    records: ', by --train-step and --train-record-every',
    size: ' with --prune size:N',
  },
  page: {
    students: String,
    time: (value: number) => `until t = ${value}`,
    seed: (value: number) => `with seed ${value}`,
    sample: (value: number) => `a finetune.sampleSize of ${value} in the config`,
    records: '',
    size: ' beside the elimination curve',
  },
};

/** What to change so that a run recovers more, in a sentence. */
export function adviceWords(advice: Advice, surface: Surface = 'command'): string {
  const by = controls[surface];
  switch (advice.kind) {
    case 'students-needed':
      return `Use more students: ${advice.value} teacher experts need at least ${advice.value}.`;
    case 'more-students':
      return `Use more students, such as ${by.students(advice.value)}.`;
    case 'train-longer':
      return `Train longer, such as ${by.time(advice.value)}.`;
    case 'kept-too-few':
      return advice.asked
        ? `Ask for more than ${advice.value} units${by.size}, or let the cliff decide.`
        : `Pruning kept only ${advice.value} units: give the size${by.size}, or a tolerance.`;
    case 'kept-too-many':
      if (advice.asked) {
        return `Ask for fewer than ${advice.value} units${by.size}, or let the cliff decide.`;
      }
      return (
        `Pruning kept ${advice.value} units: train longer (the loss was ${readable(advice.loss)} when ` +
        `training ended), or give the size${by.size}.`
      );
    case 'other-seed':
      return `Start elsewhere, such as ${by.seed(advice.value)}.`;
    case 'weak-teacher':
      return (
        `Teacher expert ${advice.teacherExpert} makes up ${readable(advice.value)} of the loss, less than training left ` +
        'of it: what is left of the others hides it. Train longer, or spread the amplitudes less.'
      );
    case 'text':
      return advice.value;
  }
}

/** What rounding to 8 bits makes of the length of a unit vector; further off it was none. */
const LOW_PRECISION = 1 / 128;

const phaseWords = { train: 'learning', prune: 'pruning', finetune: 'fine-tuning' } as const;

/** What a user should know of a run, in sentences. */
export function warningWords(warning: Warning, surface: Surface = 'command'): string {
  const by = controls[surface];
  switch (warning.kind) {
    case 'too-few-students': {
      const { value, teachers } = warning;
      return (
        `${value} students cannot represent ${teachers} teacher experts: the loss will stay above zero and the result ` +
        `cannot be certified. Use at least ${teachers} students; 5 times as many recover reliably.`
      );
    }
    case 'small-sample': {
      const { value, needed, teachers } = warning;
      return (
        `A fixed sample of ${value} points cannot determine the ${needed} parameters of ${teachers} teacher ` +
        `experts: many students fit it exactly, and the result cannot be certified. Use ${by.sample(needed)} at the ` +
        'very least; 10 times as many tell the curvature too.'
      );
    }
    case 'coarse-times':
      return (
        `Times of alignment are interpolated between records ${readable(warning.value)} apart, which is coarse for some of them: ` +
        `take smaller steps, or record more often${by.records}.`
      );
    case 'no-clear-cliff': {
      const { value, size } = warning;
      return `The elimination curve has no clear cliff: its largest ratio is ${value.toPrecision(3)}, at ${size} units.`;
    }
    case 'long-run': {
      const { value, phase } = warning;
      return (
        `This will take about ${duration(value)}, most of it for ${phaseWords[phase]}, by an estimate that may be off several ` +
        'times over. Fewer students, teachers or inputs, or a shorter training, take less.'
      );
    }
    case 'rows-normalised': {
      const { value, rows } = warning;
      if (value > LOW_PRECISION) {
        return (
          `${plural(rows, 'row')} of the model ${rows === 1 ? 'was' : 'were'} of another length than 1, off by up to ${readable(value)}: ` +
          'normalised, which makes it another function, since routers and experts are directions here.'
        );
      }
      return (
        `${plural(rows, 'row')} of the model ${rows === 1 ? 'was a unit vector' : 'were unit vectors'} only to ${value.toExponential(0)}, as ` +
        'numbers of low precision are: normalised, since exact losses need unit rows.'
      );
    }
    case 'text':
      return warning.value;
  }
}

/** Whether "recovered" can mean but one set of parameters, docs/theory.md (44), in a sentence. */
export function identifiabilityWords(found: NonNullable<Summary['identifiability']>): string {
  switch (found.kind) {
    case 'unique':
      return 'Up to symmetry no other parameters give the teacher’s function.';
    case 'router-lines':
      return (
        `It is not shown that no other parameters give the teacher’s function: the routers of its experts ` +
        `${listed(found.units)} lie on one line.`
      );
    case 'expert-functions':
      return (
        'It is not shown that no other parameters give the teacher’s function: the functions of its experts are linearly ' +
        `dependent, or nearly so (least eigenvalue of their correlations ${readable(Math.abs(found.value))}).`
      );
    case 'unproved':
      return `It is not proved for ${found.value} that no other parameters give the teacher’s function.`;
  }
}
