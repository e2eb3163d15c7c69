import { lineY, type Markish, ruleX, text } from '@observablehq/plot';
import {
  type Config,
  courseOf,
  isOnline,
  lastStage,
  milestonesOf,
  type RecordLine,
  type TuneRecord,
} from '@softmoe/lab';
import { DRAWN, decades, drawable, lanesOf, roundTicks } from './axes.ts';
import { thinned } from './course.ts';
import type { Figure } from './draw.ts';
import { clockOf, lossWords, plural, readable } from './format.ts';
import { color, teacherColor } from './palette.ts';
import { partAxis } from './part-axis.ts';
import { predictedLine } from './predicted-line.ts';

/** What the loss figure draws: the records of a run and, where known, its sizes and predicted slope. */
export interface LossFigureData {
  readonly records: readonly RecordLine[];
  /** Units before and after pruning, once pruned. */
  readonly sizes?: { readonly students: number; readonly survivors: number } | undefined;
  /** What a step of fine-tuning is predicted to multiply the loss by. */
  readonly predicted?: number | null | undefined;
  /**
   * Tells what time is, when teacher experts were found, and whether the loss is exact: then so is what of it is explained.
   * Both are drawn with it.
   */
  readonly config?: Config | undefined;
}

/** Share of the width that training takes, once there is fine-tuning, and where that begins. */
const TRAINING = 0.52;
const TUNING = 0.59;

/** Loss of the whole run on one logarithmic scale: training over time, then fine-tuning over steps. */
export function lossFigure({ records, sizes, predicted, config }: LossFigureData): Figure {
  const { train, tune } = courseOf(records);
  const end = train.at(-1)?.time || 1;
  const steps = tune.at(-1)?.total || 1;
  const width = tune.length > 0 ? TRAINING : 1;
  const ofTime = (time: number) => (width * time) / end;
  const ofStep = (step: number) => TUNING + ((1 - TUNING) * step) / steps;
  const losses = [...train, ...tune].map(({ loss }) => drawable(loss));
  const exact = lastStage({ tune });
  const y = decades([...losses, 1], 'loss');
  const explained = config?.engine === 'exact' ? explainedOf(train, y.domain[0]) : [];
  const found = config
    ? milestonesOf(train, config).expert.flatMap((at, j) => (at === null ? [] : [{ at, j }]))
    : [];
  const marks: Markish[] = [
    ...partAxis(roundTicks(end, 6 * width), ofTime, clockOf(config).axis, width / 2),
    ruleX(found, {
      x: ({ at }) => ofTime(at),
      stroke: ({ j }) => teacherColor(j),
      strokeOpacity: 0.55,
      strokeWidth: 2,
    }),
    ...numbers(found, ofTime),
    lineY(thinned(train), {
      x: ({ time }) => ofTime(time),
      y: ({ loss }) => drawable(loss),
      strokeWidth: 2.5,
    }),
    ...share(explained, ofTime),
    phase('1  learn', 0),
  ];
  if (tune.length > 0) {
    const pruned = sizes ? `2  prune ${sizes.students} → ${sizes.survivors}` : '2  prune';
    marks.push(
      ...partAxis(roundTicks(steps, 3), ofStep, 'steps of fine-tuning', (TUNING + 1) / 2),
      ruleX([(TRAINING + TUNING) / 2], { strokeDasharray: '1 4', strokeWidth: 2 }),
      text([pruned], {
        x: (TRAINING + TUNING) / 2,
        frameAnchor: 'bottom',
        textAnchor: 'end',
        dx: -8,
        dy: -10,
        fill: 'currentColor',
        stroke: color('surface'),
        strokeWidth: 4,
      }),
      ...tuning(tune, ofStep, predicted),
      phase('3  fine-tune', TUNING),
    );
  }
  return {
    name: 'loss',
    title: 'Loss of the whole run',
    caption: captionOf(
      { train, tune, found: found.length },
      {
        explained: explained.length > 0,
        predicted: predictedLine(exact, predicted, DRAWN).length > 0,
      },
    ),
    options: {
      marginTop: 40,
      marginBottom: 48,
      x: { domain: [0, 1], axis: null },
      y,
      marks,
    },
  };
}

interface Share {
  readonly time: number;
  readonly share: number;
}

/** What the student explains of the loss at its start, 1 − L/L₀, from where on it is in sight. */
function explainedOf(train: readonly RecordLine[], lowest: number): Share[] {
  const start = train[0]?.loss ?? 0;
  return thinned(train)
    .map(({ time, loss }) => ({ time, share: 1 - loss / start }))
    .filter(({ share }) => share > lowest);
}

function share(explained: readonly Share[], ofTime: (time: number) => number): Markish[] {
  return [
    lineY(explained, {
      x: ({ time }: Share) => ofTime(time),
      y: 'share',
      stroke: color('soft'),
      strokeWidth: 2,
      strokeDasharray: '2 3',
    }),
    text(explained.slice(0, 1), {
      x: 0,
      frameAnchor: 'bottom',
      textAnchor: 'start',
      dx: 8,
      dy: -10,
      text: () => '┅ explained, 1 − L/L₀',
      fill: color('soft'),
      stroke: color('surface'),
      strokeWidth: 4,
    }),
  ];
}

/** Labels of teacher experts found at about the same time stand above each other. */
function numbers(
  found: readonly { readonly at: number; readonly j: number }[],
  ofTime: (time: number) => number,
): Markish[] {
  const lanes = lanesOf(
    found.map(({ at }) => ofTime(at)),
    0.03,
  );
  return found.map(({ at, j }, i) =>
    text([String(j + 1)], {
      x: ofTime(at),
      frameAnchor: 'top',
      dy: 14 + 14 * lanes[i]!,
      dx: 7,
      fontWeight: 700,
      fill: teacherColor(j),
      stroke: color('surface'),
      strokeWidth: 3,
    }),
  );
}

function tuning(
  tune: readonly TuneRecord[],
  ofStep: (step: number) => number,
  predicted: number | null | undefined,
): Markish[] {
  const curve = { x: ({ total }: TuneRecord) => ofStep(total), strokeWidth: 2.5 };
  const y = ({ loss }: { loss: number }) => drawable(loss);
  const exact = thinned(lastStage({ tune }));
  const line = predictedLine(exact, predicted, DRAWN);
  return [
    lineY(thinned(tune.filter(isOnline)), {
      ...curve,
      y,
      strokeWidth: 1.25,
    }),
    lineY(exact, { ...curve, y }),
    lineY(line, {
      x: ({ total }) => ofStep(total),
      y: 'loss',
      stroke: color('high'),
      strokeWidth: 2.5,
      strokeDasharray: '2 5',
      strokeLinecap: 'round',
    }),
    text(line.slice(0, 1), {
      x: 1,
      frameAnchor: 'top',
      textAnchor: 'end',
      lineAnchor: 'top',
      dy: 6,
      text: () => '┅ predicted slope',
      fill: color('high'),
      fontWeight: 600,
    }),
  ];
}

function phase(label: string, at: number): Markish {
  return text([label], {
    x: at,
    frameAnchor: 'top',
    textAnchor: 'start',
    dy: -12,
    fontWeight: 600,
  });
}

function captionOf(
  run: {
    readonly train: readonly RecordLine[];
    readonly tune: readonly RecordLine[];
    readonly found: number;
  },
  drawn: { readonly explained: boolean; readonly predicted: boolean },
): string {
  const { train, tune, found } = run;
  const [first, last] = [train[0], train.at(-1)];
  if (!first || !last) return 'No record yet.';
  const learned = `While learning, the loss ${last.loss < first.loss ? 'falls' : 'goes'} from ${readable(first.loss)} to ${lossWords(last.loss, first.loss)}${
    found > 0
      ? `; numbered lines mark when ${plural(found, 'teacher expert')} ${found === 1 ? 'was' : 'were'} found, at overlap ½`
      : ''
  }.${drawn.explained ? ' The grey dotted line is what the student explains of it, 1 − L/L₀, on the same scale.' : ''}`;
  const end = tune.at(-1);
  if (!end) return learned;
  const line = drawn.predicted
    ? '; the straight line (dotted) is what the Hessian predicts on this logarithmic scale'
    : '';
  return `${learned} After pruning, fine-tuning takes it to ${lossWords(end.loss, first.loss)}${line}.`;
}
