import { axisX, type Markish, text } from '@observablehq/plot';

/** An axis along one part of the width, with its `label` in the middle of it; `position` leads from values to shares of the width. */
export function partAxis(
  ticks: readonly number[],
  position: (value: number) => number,
  label: string,
  middle: number,
): Markish[] {
  return [
    axisX(ticks.map(position), {
      tickFormat: (_: number, i: number) => `${Number(ticks[i]!.toPrecision(6))}`,
      label: null,
    }),
    text([label], { x: middle, frameAnchor: 'bottom', dy: 42 }),
  ];
}
