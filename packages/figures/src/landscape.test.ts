import { presetConfig, type RecordLine } from '@softmoe/lab';
import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { drawFigure } from './draw.ts';
import { landscapeFigures } from './landscape.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const config = presetConfig('quick', { teachers: 2, students: 2 });

/** Experts are found at times 10 and 30; the steepest way down leads to 1, then to 2. */
const record = (time: number, landscape: Partial<RecordLine['landscape']> = {}): RecordLine => {
  const [first, second] = [time > 10 ? 1 : 0, time > 30 ? 1 : 0];
  const overlaps = [
    [first, 0],
    [0, second],
  ];
  return {
    phase: 'train',
    step: time,
    time,
    loss: 0.3,
    gradientNorm: 0.1,
    amplitude: [1, 1],
    alignment: { student: [1, 2], expert: [first, second], router: [first, second] },
    overlaps: { expert: overlaps, router: overlaps },
    landscape: {
      lowest: -0.1,
      highest: 1,
      error: 1e-15,
      index: time < 30 ? 2 : 1,
      flat: 3,
      toward: { teacherExpert: time < 10 ? 1 : 2, share: 0.5, shares: [0.5, 0.1] },
      ...landscape,
    },
  };
};
const times = Array.from({ length: 21 }, (_, i) => 2 * i + 0.5);
const records = times.map((time) => record(time));

it('the landscape of a run tells where its steepest way down led before experts were found', () => {
  const [steepness, index] = landscapeFigures(records, config);
  expect(steepness!.caption).toMatch(
    /led to the expert that was found next in 15 of 15 records\.$/,
  );
  expect(index!.caption).toMatch(
    /the index goes from 2 to 1, and 3 directions are flat at the end/,
  );
  const svg = drawFigure(steepness!, { document });
  const marks = [...svg.querySelectorAll('[data-mark="dot"] circle')];
  const fills = marks.map((mark) => mark.getAttribute('fill'));
  const runs = [...new Set(fills)].map((fill) => fills.filter((other) => other === fill).length);
  expect(runs).toEqual([5, 16]);
});

it('the landscape of a run has no counts where none were made, and no figure without records of it', () => {
  const uncounted = times.map((time) => record(time, { index: null, flat: null }));
  expect(landscapeFigures(uncounted, config).map(({ name }) => name)).toEqual(['landscape']);
  const without = records.map(({ landscape: _, ...rest }) => rest);
  expect(landscapeFigures(without, config)).toEqual([]);
});
