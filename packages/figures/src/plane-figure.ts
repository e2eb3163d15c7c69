import { contour, frame, type Markish, type PlotOptions, text } from '@observablehq/plot';
import type { Figure } from './draw.ts';
import { readable } from './format.ts';
import { color } from './palette.ts';
import type { Plane } from './plane.ts';

const LEVELS = 6;

/** Teacher, student and their difference on a plane through two of the teacher's directions, as maps of equal levels. */
export function planeFigure(
  plane: Plane,
  { name = 'plane', when = 'now' }: { readonly name?: string; readonly when?: string } = {},
): Figure {
  const { teacher, student, extent } = plane;
  const [across, up] = plane.axes.map(({ kind, teacher: j }) => `${kind} ${j + 1}`);
  const difference = student.map((value, i) => value - teacher[i]!);
  const most = Math.max(1e-12, ...teacher.map(Math.abs)) / 2;
  const axis = { ticks: [-2, 0, 2], tickFormat: 'd' };
  const panels = { 'teacher f*': teacher, 'student f': student, 'difference f − f*': difference };
  const levels = Array.from({ length: LEVELS }, (_, i) => (most * (i + 0.5)) / LEVELS);
  const names = Object.keys(panels);
  const shared: PlotOptions = {
    marginTop: 40,
    x: { label: `along ${across}`, domain: [-extent, extent], ...axis },
    y: { label: `along ${up}`, domain: [-extent, extent], ...axis },
  };
  const marks = (facet: 'fx' | 'fy'): Markish[] => [
    ...Object.entries(panels).flatMap(([panel, values]) => {
      const negated = values.map((value) => -value);
      return [
        levelsOf(plane, values, levels, { [facet]: () => panel }, 'high'),
        levelsOf(plane, negated, levels, { [facet]: () => panel }, 'low'),
      ];
    }),
    frame({ strokeOpacity: 0.4 }),
    text(names, {
      [facet]: (panel: string) => panel,
      text: (panel: string) => panel,
      frameAnchor: 'top',
      dy: -14,
      fontWeight: 600,
    }),
  ];
  return {
    name,
    title: `Teacher and student as functions ${when}`,
    caption:
      `The teacher’s function, the student’s and their difference, ${when}, on the plane through the teacher’s ${across} ` +
      `(across) and ${up} (up), within ±${extent}. Levels every ${readable(most / LEVELS)}: solid and orange above zero, ` +
      `dashed and blue below. The largest difference is ${readable(plane.gap)}.`,
    options: {
      ...shared,
      height: 300,
      fx: { axis: null, padding: 0.08, domain: names },
      marks: marks('fx'),
    },
    narrow: {
      ...shared,
      height: 820,
      fy: { axis: null, padding: 0.12, domain: names },
      marks: marks('fy'),
    },
  };
}

/** Each level covers the ones above it too, so that opacities add up. */
function levelsOf(
  { size, extent }: Plane,
  values: ArrayLike<number>,
  thresholds: number[],
  facet: { readonly fx?: () => string; readonly fy?: () => string },
  side: 'low' | 'high',
): Markish {
  return contour(Array.from(values), {
    width: size,
    height: size,
    // The values lie on the grid already.
    interpolate: 'none',
    x1: -extent,
    y1: extent,
    x2: extent,
    y2: -extent,
    ...facet,
    thresholds,
    fill: color(side),
    fillOpacity: 0.2,
    stroke: color(side),
    strokeWidth: 0.75,
    strokeOpacity: 0.8,
    ...(side === 'low' ? { strokeDasharray: '3 2' } : {}),
  });
}
