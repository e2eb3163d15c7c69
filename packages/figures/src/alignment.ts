import { arrow, dot, lineY, link, type Markish, ruleY, text } from '@observablehq/plot';
import {
  ALIGNED,
  type Config,
  courseOf,
  type Milestones,
  meanLag,
  metPairs,
  milestonesOf,
  orderOf,
  type RecordLine,
} from '@softmoe/lab';
import { lanesOf } from './axes.ts';
import { alignedUntil, cutWords, orderTitle, thinned } from './course.ts';
import type { Figure } from './draw.ts';
import { clockOf, fixed, plural } from './format.ts';
import { color, teacherColor } from './palette.ts';
import { type Trace, traces } from './traces.ts';

interface Crossing {
  readonly j: number;
  readonly kind: 'expert' | 'router';
  readonly at: number;
}

/**
 * Overlap of each teacher expert, and of its router, with the student matched to it, over time. Where both
 * overlaps of a unit have crossed one half an arc leads from the expert's crossing to the router's: the lag. Times are
 * those of {@link Milestones}; the config tells the symmetries, and what time is.
 */
export function alignmentFigure(records: readonly RecordLine[], config: Config): Figure {
  const train = courseOf(records).train.filter(({ alignment }) => alignment);
  const milestones = milestonesOf(train, config);
  const end = alignedUntil(train, milestones);
  const shown = thinned(train.filter(({ time }) => time <= end));
  // The units to follow are those matched when training ended, also where the time axis ends before.
  const followed = traces(
    [...shown, ...train.slice(-1)],
    ({ overlaps }, kind, i, j) => overlaps?.[kind][i]?.[j] ?? 0,
  );
  const crossings = (kind: Crossing['kind']): Crossing[] =>
    milestones[kind].flatMap((at, j) => (at === null ? [] : [{ j, kind, at }]));
  const least = Math.min(
    0,
    ...followed.flatMap(({ expert, router }) => [...expert, ...router]).map(Number),
  );
  return {
    name: 'alignment',
    title: orderTitle(milestones),
    caption: captionOf(milestones) + cutWords(end, train),
    options: {
      height: 400,
      marginTop: 40,
      x: { label: clockOf(config).axis, domain: [0, end], ticks: 8 },
      y: {
        label: 'overlap with the teacher',
        domain: [Math.min(-0.1, least - 0.03), 1.03],
        ticks: [0, 0.25, 0.5, 0.75, 1],
        tickFormat: String,
        grid: true,
      },
      marks: [
        ruleY([0]),
        ...followed.flatMap((trace, j) => curves(shown, trace, j)),
        arrow(metPairs(milestones), {
          x1: 'expert',
          x2: 'router',
          y1: ALIGNED,
          y2: ALIGNED,
          bend: 40,
          insetStart: 6,
          insetEnd: 8,
          headLength: 6,
          stroke: ({ teacher }) => teacherColor(teacher),
          strokeWidth: 1.25,
        }),
        ...markers(crossings('router'), end),
        ...markers(crossings('expert'), end),
        ...legend(end),
      ],
    },
  };
}

/** With a tick where the match passed on to the unit that the curves follow. */
function curves(
  records: readonly RecordLine[],
  { expert, router, handovers }: Trace,
  j: number,
): Markish[] {
  const stroke = teacherColor(j);
  const passedOn = records.flatMap(({ time }, n) =>
    handovers.includes(n) ? [{ time, overlap: expert[n] }] : [],
  );
  return [
    lineY(records, {
      x: 'time',
      y: expert,
      stroke,
      strokeWidth: 2.75,
    }),
    lineY(records, {
      x: 'time',
      y: router,
      stroke,
      strokeWidth: 2,
      strokeDasharray: '6 4',
    }),
    text(passedOn.slice(-1), {
      x: 'time',
      y: 'overlap',
      text: () => '|',
      fontWeight: 700,
      fill: stroke,
    }),
  ];
}

/** A dot or a ring on each curve, numbered above or below: numbers of close crossings stand above each other. */
function markers(crossings: readonly Crossing[], end: number): Markish[] {
  const expert = crossings[0]?.kind === 'expert';
  const lanes = lanesOf(
    crossings.map(({ at }) => at),
    0.045 * end,
  );
  const stroke = ({ j }: Crossing) => teacherColor(j);
  return [
    dot(crossings, {
      x: 'at',
      y: ALIGNED,
      r: 5,
      stroke,
      strokeWidth: 2.25,
      fill: expert ? stroke : color('surface'),
    }),
    ...crossings.map(({ at, j }, i) =>
      text([String(j + 1)], {
        x: at,
        y: ALIGNED,
        dy: (expert ? -1 : 1) * (16 + 15 * lanes[i]!),
        fontSize: 14,
        fontWeight: 700,
        fill: teacherColor(j),
        stroke: color('surface'),
        strokeWidth: 4,
      }),
    ),
  ];
}

/** Samples of both kinds of line, above the frame. */
function legend(end: number): Markish[] {
  const y = 1.115;
  const sample = { y1: y, y2: y } as const;
  const label = { y, textAnchor: 'start', dx: 4 } as const;
  return [
    link([0], { ...sample, x1: 0.5 * end, x2: 0.55 * end, strokeWidth: 2.75 }),
    dot([0], { x: 0.525 * end, y, r: 5, fill: 'currentColor' }),
    text(['expert'], { ...label, x: 0.55 * end }),
    link([0], {
      ...sample,
      x1: 0.72 * end,
      x2: 0.78 * end,
      strokeWidth: 2,
      strokeDasharray: '6 4',
    }),
    dot([0], {
      x: 0.75 * end,
      y,
      r: 5,
      fill: color('surface'),
      stroke: 'currentColor',
      strokeWidth: 2.25,
    }),
    text(['its router'], { ...label, x: 0.78 * end }),
  ];
}

function captionOf(milestones: Milestones): string {
  const what =
    'Overlap of each teacher expert (solid, dots) and its router (dashed, rings) with the student unit ' +
    'matched to it at the end; a tick marks where it took over the match. Dots and rings mark where the first unit that found both first reached ½';
  const [mean, k] = [meanLag(milestones), milestones.expert.length];
  const { met, told, expertFirst } = orderOf(milestones);
  if (met === 0) return `${what}. No router has followed its expert there yet.`;
  if (mean === undefined) return `${what}. The records lie too far apart to tell which came first.`;
  return (
    `${what}; an arc leads from expert to router, on average ${fixed(Math.abs(mean), 1)} ${mean < 0 ? 'earlier' : 'later'}. The expert came first in ` +
    `${expertFirst} of ${plural(told, 'pair')}${told < k ? `; there are ${k} teacher experts` : ''}.`
  );
}
