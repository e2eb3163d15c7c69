import { contour, frame, type Markish, text } from '@observablehq/plot';
import type { Plane } from '../plane.ts';
import type { Figure } from './figure.ts';
import { readable } from './format.ts';
import { color } from './palette.ts';

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
  const worst = Math.max(...difference.map(Math.abs));
  const axis = { ticks: [-2, 0, 2], tickFormat: 'd' };
  const panels = {
    'teacher f*': teacher,
    'student f': student,
    [`difference, at most ${readable(worst)}`]: difference,
  };
  const levels = Array.from({ length: LEVELS }, (_, i) => (most * (i + 0.5)) / LEVELS);
  return {
    name,
    title: `Teacher and student as functions ${when}`,
    caption:
      `The teacher's function, the student's and their difference, ${when}, on the plane through the teacher's ${across} ` +
      `(across) and ${up} (up), within ±${extent}. Levels every ${readable(most / LEVELS)}: solid and orange above zero, ` +
      `dashed and blue below. The largest difference is ${readable(worst)}.`,
    options: {
      height: 300,
      marginTop: 36,
      marginLeft: 56,
      marginRight: 16,
      aspectRatio: 1,
      x: { label: `along ${across}`, domain: [-extent, extent], ...axis },
      y: { label: `along ${up}`, domain: [-extent, extent], ...axis },
      fx: { axis: null, padding: 0.08, domain: Object.keys(panels) },
      marks: [
        ...Object.entries(panels).flatMap(([panel, values]) => [
          levelsOf(plane, values, levels, panel, 'high'),
          levelsOf(
            plane,
            values.map((value) => -value),
            levels,
            panel,
            'low',
          ),
        ]),
        frame({ strokeOpacity: 0.4 }),
        text(Object.keys(panels), {
          fx: (panel: string) => panel,
          text: (panel: string) => panel,
          frameAnchor: 'top',
          dy: -12,
          fontWeight: 600,
        }),
      ],
    },
  };
}

/** Each level covers the ones above it too, so that opacities add up. */
function levelsOf(
  { size, extent }: Plane,
  values: ArrayLike<number>,
  thresholds: number[],
  panel: string,
  side: 'low' | 'high',
): Markish {
  return contour(Array.from(values), {
    width: size,
    height: size,
    x1: -extent,
    y1: extent,
    x2: extent,
    y2: -extent,
    fx: () => panel,
    thresholds,
    fill: color(side),
    fillOpacity: 0.2,
    stroke: color(side),
    strokeWidth: 0.75,
    strokeOpacity: 0.8,
    ...(side === 'low' ? { strokeDasharray: '3 2' } : {}),
  });
}
