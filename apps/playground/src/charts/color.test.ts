import { expect, it } from 'vitest';
import { rgb, withAlpha } from './color.ts';
import { paintHeatmap } from './heatmap.ts';

it('reads long and short colours', () => {
  expect(rgb('#1d5fc9')).toEqual([29, 95, 201]);
  expect(rgb('#fa0')).toEqual([255, 170, 0]);
  expect(withAlpha('#fff', 0.5)).toBe('rgb(255 255 255 / 0.5)');
});

it('paints the ends, the middle and what lies beyond', () => {
  const pixels = new Uint8ClampedArray(16);
  const colors = { low: '#0000ff', zero: '#fff', high: '#ff0000' };
  paintHeatmap(Float32Array.of(-1, 0, 1, 9), 1, colors, pixels);
  expect([...pixels]).toEqual([0, 0, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255]);
});
