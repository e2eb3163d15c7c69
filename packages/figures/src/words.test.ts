import { type Advice, configWarnings, parseConfig, type Warning } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { adviceWords, identifiabilityWords, warningWords } from './words.ts';

describe('words of advice', () => {
  it.each<[Advice, command: string, page: string]>([
    [
      { kind: 'students-needed', value: 3 },
      'Use more students: 3 teacher experts need at least 3.',
      'Use more students: 3 teacher experts need at least 3.',
    ],
    [
      { kind: 'more-students', value: 15 },
      'Use more students, such as --students 15.',
      'Use more students, such as 15.',
    ],
    [
      { kind: 'train-longer', value: 300 },
      'Train longer, such as --train-time 300.',
      'Train longer, such as until t = 300.',
    ],
    [
      { kind: 'kept-too-few', value: 2 },
      'Pruning kept only 2 units: give the size with --prune size:N, or a tolerance.',
      'Pruning kept only 2 units: give the size beside the elimination curve, or a tolerance.',
    ],
    [
      { kind: 'kept-too-many', value: 4, loss: 0.00123 },
      'Pruning kept 4 units: train longer (the loss was 0.0012 when training ended), or give the size with --prune size:N.',
      'Pruning kept 4 units: train longer (the loss was 0.0012 when training ended), or give the size beside the elimination curve.',
    ],
    [
      { kind: 'other-seed', value: 8 },
      'Start elsewhere, such as --seed 8.',
      'Start elsewhere, such as with seed 8.',
    ],
    [
      { kind: 'weak-teacher', value: 1e-14, teacherExpert: 2 },
      'Teacher expert 2 makes up 1.0·10⁻¹⁴ of the loss, less than training left of it: what is left of the others hides it. Train longer, or spread the amplitudes less.',
      'Teacher expert 2 makes up 1.0·10⁻¹⁴ of the loss, less than training left of it: what is left of the others hides it. Train longer, or spread the amplitudes less.',
    ],
    [
      { kind: 'kept-too-few', value: 2, asked: true },
      'Ask for more than 2 units with --prune size:N, or let the cliff decide.',
      'Ask for more than 2 units beside the elimination curve, or let the cliff decide.',
    ],
    [
      { kind: 'kept-too-many', value: 7, loss: 0.1, asked: true },
      'Ask for fewer than 7 units with --prune size:N, or let the cliff decide.',
      'Ask for fewer than 7 units beside the elimination curve, or let the cliff decide.',
    ],
    [{ kind: 'text', value: 'As it was.' }, 'As it was.', 'As it was.'],
  ])('name the controls of each surface: %j', (advice, command, page) => {
    expect(adviceWords(advice)).toBe(command);
    expect(adviceWords(advice, 'page')).toBe(page);
  });
});

describe('words of warnings', () => {
  it.each<[Warning, string]>([
    [
      { kind: 'too-few-students', value: 2, teachers: 3 },
      '2 students cannot represent 3 teacher experts: the loss will stay above zero and the result cannot be certified. ' +
        'Use at least 3 students; 5 times as many recover reliably.',
    ],
    [
      { kind: 'small-sample', value: 18, needed: 19, teachers: 2 },
      'A fixed sample of 18 points cannot determine the 19 parameters of 2 teacher experts: many students fit it exactly, ' +
        'and the result cannot be certified. Use --finetune-sample-size 19 at the very least; 10 times as many tell the curvature too.',
    ],
    [
      { kind: 'coarse-times', value: 100 },
      'Times of alignment are interpolated between records 100 apart, which is coarse for some of them: take smaller steps, or record more often, by --train-step and --train-record-every.',
    ],
    [
      { kind: 'no-clear-cliff', value: 1.23456, size: 4 },
      'The elimination curve has no clear cliff: its largest ratio is 1.23, at 4 units.',
    ],
    [
      { kind: 'rows-normalised', value: 3.2e-8, rows: 4 },
      '4 rows of the model were unit vectors only to 3e-8, as numbers of low precision are: normalised, since exact losses ' +
        'need unit rows.',
    ],
    [
      { kind: 'rows-normalised', value: 4.25, rows: 6 },
      '6 rows of the model were of another length than 1, off by up to 4.3: normalised, which makes it another function, ' +
        'since routers and experts are directions here.',
    ],
    [
      { kind: 'long-run', value: 9000, phase: 'finetune' },
      'This will take about 2.5 h, most of it for fine-tuning, by an estimate that may be off several times over. Fewer ' +
        'students, teachers or inputs, or a shorter training, take less.',
    ],
    [{ kind: 'text', value: 'As it was.' }, 'As it was.'],
  ])('tell the numbers of %j', (warning, words) => {
    expect(warningWords(warning)).toBe(words);
  });

  it('name no option of the command line on a page', () => {
    const small = { kind: 'small-sample', value: 18, needed: 19, teachers: 2 } as const;
    expect(warningWords(small, 'page')).toMatch(
      /Use a finetune\.sampleSize of 19 in the config at/,
    );
    const coarse = warningWords({ kind: 'coarse-times', value: 100 }, 'page');
    expect(coarse).toMatch(/take smaller steps, or record more often\.$/);
  });

  it('follow from a config that cannot be certified', () => {
    const [warning] = configWarnings(parseConfig({ students: 4 }));
    expect(warningWords(warning!)).toMatch(/cannot be certified/);
  });
});

describe('words of identifiability', () => {
  it.each([
    [
      { kind: 'unique', value: 0.9 },
      'Up to symmetry no other parameters give the teacher’s function.',
    ],
    [
      { kind: 'router-lines', value: 0, units: [1, 3] },
      'It is not shown that no other parameters give the teacher’s function: the routers of its experts 1 and 3 lie on one line.',
    ],
    [
      { kind: 'expert-functions', value: -1e-17 },
      'It is not shown that no other parameters give the teacher’s function: the functions of its experts are linearly dependent, or nearly so (least eigenvalue of their correlations 1.0·10⁻¹⁷).',
    ],
    [
      { kind: 'unproved', value: 'softmax' },
      'It is not proved for softmax that no other parameters give the teacher’s function.',
    ],
  ] as const)('say what is known of %j', (found, words) => {
    expect(identifiabilityWords(found)).toBe(words);
  });
});
