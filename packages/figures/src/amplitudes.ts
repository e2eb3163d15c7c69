import { barY, ruleY, text } from '@observablehq/plot';
import type { RecordLine } from '@softmoe/lab';
import { leanings, unitTicks } from './axes.ts';
import type { Figure } from './draw.ts';
import { plural, readable } from './format.ts';
import { color, teacherColor } from './palette.ts';

/** Amplitudes of the student's units, each in the colour and with the number of the teacher expert it is closest to. */
export function amplitudesFigure(
  record: RecordLine,
  { name = 'amplitudes', when = 'now' }: { readonly name?: string; readonly when?: string } = {},
): Figure {
  const closest = leanings(record);
  const bars = record.amplitude.map((amplitude, i) => ({
    unit: i + 1,
    amplitude,
    teacher: closest[i],
  }));
  const m = bars.length;
  const free = bars.filter(({ teacher }) => teacher === undefined);
  const taken = bars.flatMap(({ teacher, ...bar }) =>
    teacher === undefined ? [] : [{ ...bar, teacher }],
  );
  const largest = Math.max(0, ...record.amplitude.map(Math.abs));
  return {
    name,
    title: `Amplitudes ${when}`,
    caption:
      `Amplitude of each of ${plural(m, 'unit')}, with the number of the teacher expert that its expert overlaps most; ` +
      `${free.length === 0 ? 'none is' : `${free.length} (hollow) ${free.length === 1 ? 'is' : 'are'}`} close to no teacher expert. ` +
      `The largest is ${readable(largest)}.`,
    options: {
      height: 220,
      marginTop: 32,
      x: {
        label: 'student unit',
        type: 'band',
        domain: bars.map(({ unit }) => unit),
        ticks: unitTicks(m),
        tickSize: 0,
      },
      y: { label: 'amplitude', grid: true, ticks: 4, nice: true },
      marks: [
        barY(taken, { x: 'unit', y: 'amplitude', fill: ({ teacher }) => teacherColor(teacher) }),
        barY(free, {
          x: 'unit',
          y: 'amplitude',
          fill: 'none',
          stroke: color('nobody'),
          strokeWidth: 1.25,
          inset: 0.5,
        }),
        ruleY([0]),
        text(taken, {
          x: 'unit',
          y: ({ amplitude }) => Math.max(0, amplitude),
          text: ({ teacher }) => String(teacher + 1),
          dy: -9,
          fontWeight: 700,
          fill: ({ teacher }) => teacherColor(teacher),
        }),
      ],
    },
  };
}
