import { cell, text } from '@observablehq/plot';
import type { Figure } from './draw.ts';
import { color } from './palette.ts';

/** One cell of a heat map: its place, its share and what is written in it. */
export interface HeatMapCell {
  readonly x: number | string;
  readonly y: number | string;
  /** From 0 to 1: how strong the colour is. */
  readonly share: number;
  /** What is written in it. */
  readonly label: string;
}

/** What a heat map draws: cells over two axes with their labels. */
export interface HeatMapFigureData {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** The swept fields' names. */
  readonly x: string;
  readonly y: string;
  readonly cells: readonly HeatMapCell[];
}

/** A share by two swept fields: the stronger the colour the more, with the number in each cell. */
export function heatMapFigure({ name, title, caption, x, y, cells }: HeatMapFigureData): Figure {
  const rows = ordered(cells.map((one) => one.y));
  const strong = ({ share }: HeatMapCell) => share > 0.55;
  const label = { x: 'x', y: 'y', text: 'label', fontWeight: 600 } as const;
  return {
    name,
    title,
    caption,
    options: {
      height: 90 + Math.max(2, rows.length) * 40,
      marginLeft: 72,
      x: {
        label: x,
        type: 'band',
        domain: ordered(cells.map((one) => one.x)),
        tickSize: 0,
        padding: 0.04,
      },
      y: { label: y, type: 'band', domain: rows.reverse(), tickSize: 0, padding: 0.06 },
      marks: [
        cell(cells, {
          x: 'x',
          y: 'y',
          fill: color('low'),
          fillOpacity: ({ share }: HeatMapCell) => 0.06 + 0.94 * share,
          stroke: 'currentColor',
          strokeOpacity: 0.25,
        }),
        text(
          cells.filter((one) => !strong(one)),
          label,
        ),
        text(cells.filter(strong), { ...label, fill: color('surface') }),
      ],
      opacity: { type: 'identity' },
    },
  };
}

function ordered(values: readonly (number | string)[]): (number | string)[] {
  return [...new Set(values)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)),
  );
}
