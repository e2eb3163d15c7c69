import { lineY, type Markish, ruleX, text } from '@observablehq/plot';
import { courseOf, type RecordLine } from '@softmoe/lab';
import { decades, drawable, lanesOf, roundTicks } from './axes.ts';
import { thinned } from './course.ts';
import type { Figure } from './draw.ts';
import { lossWords } from './format.ts';
import { color, teacherColor } from './palette.ts';
import { partAxis } from './part-axis.ts';

/** A run of the overlay: its name, and its records as far as it has come. */
export interface ComparedRun {
  readonly name: string;
  readonly records: readonly RecordLine[];
}

/** Share of the width that training takes, and where fine-tuning begins. */
const TRAINING = 0.5;
const TUNING = 0.55;

const dashes = ['none', '8 3', '2 3', '8 3 2 3'];

/** The losses of any number of runs on one logarithmic scale: over time of training, and over steps of fine-tuning. */
export function comparisonFigure(runs: readonly ComparedRun[]): Figure {
  const courses = runs.map(({ name, records }) => ({ name, ...courseOf(records) }));
  const end = Math.max(0, ...courses.map(({ train }) => train.at(-1)?.time ?? 0)) || 1;
  const steps = Math.max(0, ...courses.map(({ tune }) => tune.at(-1)?.total ?? 0)) || 1;
  const ofTime = (time: number) => (TRAINING * time) / end;
  const ofStep = (step: number) => TUNING + ((1 - TUNING) * step) / steps;
  const losses = courses.flatMap(({ train, tune }) => [...train, ...tune]);
  const y = decades([...losses.map(({ loss }) => drawable(loss)), 1], 'loss');
  const lines = courses.map((course) => {
    const [trained, tuned] = [course.train.at(-1), course.tune.at(-1)];
    const x = tuned ? ofStep(tuned.total) : ofTime(trained?.time ?? 0);
    return { ...course, at: { x, y: drawable((tuned ?? trained)?.loss ?? 1) } };
  });
  const [low, high] = y.domain;
  const lanes = lanesOf(
    lines.map(({ at }) => at.x + Math.log10(at.y) / Math.log10(high / low)),
    0.06,
  );
  const marks: Markish[] = lines.flatMap(({ name, train, tune, at }, i) => {
    const style = {
      stroke: teacherColor(i),
      strokeWidth: 2,
      strokeDasharray: dashes[Math.floor(i / 8) % dashes.length] ?? 'none',
      y: ({ loss }: { loss: number }) => drawable(loss),
    };
    return [
      lineY(thinned(train), { ...style, x: ({ time }) => ofTime(time) }),
      lineY(thinned(tune), { ...style, x: ({ total }) => ofStep(total) }),
      text([at], {
        x: 'x',
        y: 'y',
        text: () => name,
        textAnchor: at.x < 0.2 ? 'start' : 'end',
        dy: -8 - 13 * (lanes[i] ?? 0),
        fontWeight: 700,
        fill: teacherColor(i),
        stroke: color('surface'),
        strokeWidth: 3,
      }),
    ];
  });
  return {
    name: 'comparison',
    title: `Losses of ${runs.length} runs`,
    caption: captionOf(courses),
    options: {
      marginTop: 40,
      marginBottom: 48,
      x: { domain: [0, 1], axis: null },
      y,
      marks: [
        ...partAxis(roundTicks(end, 4), ofTime, 'time', TRAINING / 2),
        ...partAxis(roundTicks(steps, 3), ofStep, 'steps of fine-tuning', (TUNING + 1) / 2),
        ruleX([(TRAINING + TUNING) / 2], { strokeDasharray: '1 4', strokeWidth: 2 }),
        ...marks,
      ],
    },
  };
}

function captionOf(
  courses: readonly { name: string; train: readonly RecordLine[]; tune: readonly RecordLine[] }[],
): string {
  const ends = courses.map(({ name, train, tune }) => {
    const last = tune.at(-1) ?? train.at(-1);
    return `${name} ${last ? `at ${lossWords(last.loss, train[0]?.loss)}` : 'has no record yet'}`;
  });
  return `Where the losses are at the end: ${ends.join(', ')}. Left of the dotted line they learn, right of it they are fine-tuned after pruning.`;
}
