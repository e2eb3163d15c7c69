import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import type { Figure } from './draw.ts';
import { drawFigure } from './draw.ts';
import { heatMapFigure } from './heat-map.ts';
import { recoveryFigure } from './recovery.ts';
import { secondsFigure } from './seconds.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const draw = (figure: Figure) => drawFigure(figure, { document });
const textsOf = (figure: Figure) =>
  [...draw(figure).querySelectorAll('text')].map(({ textContent }) => textContent);

it('draws recovery with an interval and the counts at each value', () => {
  const figure = recoveryFigure({
    field: 'students',
    points: [
      { value: 12, recovered: 9, runs: 10 },
      { value: 4, recovered: 1, runs: 10 },
      { value: 8, recovered: 0, runs: 0 },
    ],
  });
  expect(textsOf(figure)).toEqual(expect.arrayContaining(['1/10', '9/10', 'students →']));
  expect(draw(figure).querySelectorAll('[data-mark="rule"] line')).toHaveLength(1 + 2);
  expect(figure.caption).toContain('1 of 10 at 4 and 9 of 10 at 12');
});

it('takes a logarithmic scale for values that span orders of magnitude', () => {
  const points = [64, 256, 16384].map((value) => ({ value, recovered: 1, runs: 2 }));
  const figure = recoveryFigure({ field: 'inputDim', points });
  expect(figure.options.x).toMatchObject({ type: 'log' });
  expect(textsOf(figure)).toEqual(expect.arrayContaining(['64', '256', '16384']));
});

it('writes the number into each cell of a heat map, readable on dark and light', () => {
  const cells = [0, 0.4, 1].map((share, i) => ({ x: i, y: 'sigmoid', share, label: `${share}` }));
  const figure = heatMapFigure({ name: 'n', title: 't', caption: 'c', x: 'm', y: 'gate', cells });
  const svg = draw(figure);
  expect(svg.querySelectorAll('[data-mark="cell"] rect')).toHaveLength(3);
  expect(svg.querySelector('[data-mark="text"][fill="#ffffff"]')!.textContent).toBe('1');
});

it('marks the median of the seconds', () => {
  expect(textsOf(secondsFigure([1, 2, 9]))).toContain('median 2');
});
