import { dot, line, lineY, type Markish, ruleX, text } from '@observablehq/plot';
import { type Config, courseOf, milestonesOf, type RecordLine } from '@softmoe/lab';
import { decades, lanesOf } from './axes.ts';
import type { Figure } from './draw.ts';
import { clockOf, plural } from './format.ts';
import { color, teacherColor } from './palette.ts';

type Landscape = NonNullable<RecordLine['landscape']>;

interface Point extends Landscape {
  readonly time: number;
}

/**
 * The landscape along training, from records of a config with `train.spectrum`: how steep the steepest way down is, and to which
 * teacher expert it leads; where the spectrum was counted, also how many directions lead down and how many are flat. None without
 * such records.
 */
export function landscapeFigures(records: readonly RecordLine[], config: Config): Figure[] {
  const { train } = courseOf(records);
  const points = train.flatMap(({ time, landscape }) =>
    landscape ? [{ time, ...landscape }] : [],
  );
  if (points.length === 0) return [];
  const found = milestonesOf(train, config).expert.flatMap((time, j) =>
    time === null ? [] : [{ time, j }],
  );
  const axis = clockOf(config).axis;
  const counted = points.filter(({ index, flat }) => index !== null && flat !== null);
  return [
    steepnessFigure(points, found, axis),
    ...(counted.length > 0 ? [indexFigure(counted, found, axis)] : []),
  ];
}

type Found = readonly { readonly time: number; readonly j: number }[];

const discoveries = (found: Found) =>
  ruleX(found, {
    x: 'time',
    stroke: ({ j }: Found[number]) => teacherColor(j),
    strokeOpacity: 0.55,
    strokeWidth: 2,
  });

function steepnessFigure(points: readonly Point[], found: Found, axis: string): Figure {
  const down = points
    .filter(({ lowest }) => lowest < 0)
    .map((point) => ({ ...point, steepness: -point.lowest / point.highest }));
  const led = down.flatMap((point) => (point.toward ? [{ ...point, ...point.toward }] : []));
  return {
    name: 'landscape',
    title: 'The steepest way down, and where it leads',
    caption: captionOf(led, found),
    options: {
      x: { label: axis },
      y: decades(
        down.map(({ steepness }) => steepness),
        '−λ_min / λ_max',
      ),
      r: { type: 'identity' },
      marks: [
        discoveries(found),
        lineY(down, { x: 'time', y: 'steepness', stroke: color('soft'), strokeWidth: 1.5 }),
        dot(led, {
          x: 'time',
          y: 'steepness',
          r: ({ share }) => 1.5 + 3.5 * share,
          fill: ({ teacherExpert }) => teacherColor(teacherExpert - 1),
        }),
        ...numbers(found, points.at(-1)?.time ?? 1),
      ],
    },
  };
}

/** Numbers of experts found at about the same time stand above each other. */
function numbers(found: Found, end: number): Markish[] {
  const lanes = lanesOf(
    found.map(({ time }) => time / end),
    0.03,
  );
  return found.map((discovery, i) =>
    text([discovery], {
      x: 'time',
      frameAnchor: 'top',
      dx: 7,
      dy: 4 + 14 * (lanes[i] ?? 0),
      text: ({ j }) => `${j + 1}`,
      fontWeight: 700,
      fill: ({ j }) => teacherColor(j),
    }),
  );
}

function captionOf(led: readonly Point[], found: Found): string {
  const told =
    'Lowest eigenvalue of the exact Hessian while it is negative, relative to the highest: at a saddle it is the steepest way down. The colour of a mark is that of the teacher expert ' +
    'to which that direction turns routers and experts most, its size how much. Numbered lines: when experts were found, at overlap ½.';
  const ahead = leadsOf(led, found);
  if (ahead.of === 0) return told;
  return `${told} Before the last of them it led to the expert that was found next in ${ahead.next} of ${plural(ahead.of, 'record')}.`;
}

/** Of the records before the last discovery, in how many the steepest way down leads to the expert that is found next. */
function leadsOf(led: readonly Point[], found: Found): { next: number; of: number } {
  const inOrder = [...found].sort((a, b) => a.time - b.time);
  const leads = led.flatMap(({ time, toward }) => {
    const next = inOrder.find((discovery) => discovery.time > time);
    return next ? [toward?.teacherExpert === next.j + 1] : [];
  });
  return { next: leads.filter(Boolean).length, of: leads.length };
}

function indexFigure(points: readonly Point[], found: Found, axis: string): Figure {
  const [first, last] = [points[0], points.at(-1)];
  return {
    name: 'landscape-index',
    title: 'Directions that lead down, and flat ones',
    caption:
      `Number of negative eigenvalues of the exact Hessian (the index, solid) and of those that are zero to 1e-4 of the highest (dashed): the index goes from ${first?.index} ` +
      `to ${last?.index}, and ${plural(last?.flat ?? 0, 'direction')} ${last?.flat === 1 ? 'is' : 'are'} flat at the end, where several units share an expert. Vertical lines: when experts were found.`,
    options: {
      x: { label: axis },
      y: { label: 'directions', grid: true },
      marks: [
        discoveries(found),
        line(points, {
          x: 'time',
          y: 'index',
          stroke: color('high'),
          strokeWidth: 2.5,
          curve: 'step-after',
        }),
        line(points, {
          x: 'time',
          y: 'flat',
          stroke: color('low'),
          strokeWidth: 2,
          strokeDasharray: '5 4',
          curve: 'step-after',
        }),
      ],
    },
  };
}
