import { dot, link, ruleY, text } from '@observablehq/plot';
import { type Config, courseOf, metPairs, milestonesOf, type RecordLine } from '@softmoe/lab';
import { alignedUntil, cutWords } from './course.ts';
import type { Figure } from './draw.ts';
import { clockOf, fixed, listed, signed } from './format.ts';
import { color, teacherColor } from './palette.ts';

/**
 * When each teacher expert and its router were found by one unit, at overlap ½, and the lag between the two where the
 * records tell it. The config tells the symmetries, and what time is.
 */
export function lagsFigure(records: readonly RecordLine[], config: Config): Figure {
  const { train } = courseOf(records);
  const milestones = milestonesOf(train, config);
  const end = alignedUntil(train, milestones);
  const clock = clockOf(config);
  const rows = milestones.expert.map((expert, j) => ({
    j,
    expert,
    router: milestones.router[j] ?? null,
  }));
  const pairs = metPairs(milestones).map(({ teacher, ...pair }) => ({ ...pair, j: teacher }));
  const waiting = rows.flatMap(({ j, expert, router }) =>
    expert !== null && router === null ? [{ j, expert }] : [],
  );
  const never = rows.filter(({ expert, router }) => expert === null && router === null);
  const y = ({ j }: { readonly j: number }) => j + 1;
  const stroke = ({ j }: { readonly j: number }) => teacherColor(j);
  const right = ({ expert, router }: { expert: number; router: number }) =>
    Math.max(expert, router);
  return {
    name: 'lags',
    title: 'From each expert to its router',
    caption: captionOf(rows, clock.name) + cutWords(end, train),
    options: {
      height: 52 + 28 * Math.max(4, rows.length),
      marginTop: 8,
      marginRight: 72,
      x: { label: clock.axis, domain: [0, end], ticks: 8 },
      y: {
        label: 'teacher expert',
        type: 'band',
        domain: rows.map(y),
        tickSize: 0,
      },
      marks: [
        ruleY(rows, { y, strokeOpacity: 0.12 }),
        link(pairs, { x1: 'expert', x2: 'router', y, stroke, strokeWidth: 4 }),
        link(waiting, { x1: 'expert', x2: end, y, stroke, strokeWidth: 3, strokeDasharray: '2 5' }),
        dot(
          rows.filter(({ expert }) => expert !== null),
          { x: 'expert', y, r: 6, fill: stroke },
        ),
        dot(
          rows.filter(({ router }) => router !== null),
          { x: 'router', y, r: 5.5, fill: color('surface'), stroke, strokeWidth: 2.5 },
        ),
        text(pairs, {
          x: right,
          y,
          text: ({ lag, told }) => (told ? signed(lag, 1) : '?'),
          textAnchor: 'start',
          dx: 12,
          fontWeight: 600,
        }),
        text(waiting, { x: end, y, text: () => 'not yet', textAnchor: 'start', dx: 8 }),
        text(never, { x: 0, y, text: () => 'not found', textAnchor: 'start', dx: 8 }),
      ],
    },
  };
}

function captionOf(
  rows: readonly {
    readonly j: number;
    readonly expert: number | null;
    readonly router: number | null;
  }[],
  time: string,
): string {
  const told = rows.map(({ j, expert, router }) => {
    if (expert === null) return `${j + 1} was not found`;
    const at = `${j + 1} at ${fixed(expert, 1)}`;
    return router === null ? `${at}, its router not` : `${at}, its router at ${fixed(router, 1)}`;
  });
  return (
    `The ${time} at which each teacher expert (filled) and its router (ring) first reached overlap ½, with the lag ` +
    `between them: ${listed(told)}.`
  );
}
