import * as Plot from '@observablehq/plot';
import type { Playground } from '../session/playground.svelte.ts';
import type { Session } from '../session/session.svelte.ts';
import { theme } from '../theme/theme.svelte.ts';

/** A figure for print, as the text of an SVG file; undefined while there is nothing to draw. */
export function svgOf(name: string, { session }: Playground): string | undefined {
  const options = optionsOf(name, session);
  if (!options) return undefined;
  const figure = Plot.plot({
    width: 720,
    height: 400,
    marginLeft: 60,
    style: { background: 'white', color: 'black', fontSize: '13px' },
    ...options,
  });
  const svg = figure instanceof SVGElement ? figure : figure.querySelector('svg');
  if (!svg) return undefined;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(svg);
}

function optionsOf(name: string, session: Session): Plot.PlotOptions | undefined {
  const train = session.train.map(({ record }) => record);
  if (train.length < 2) return undefined;
  switch (name) {
    default:
      return undefined;
    case 'alignment':
      return alignmentOptions(train);
    case 'loss':
      return {
        x: { label: 'flow time t' },
        y: { type: 'log', label: 'loss', grid: true },
        marks: [Plot.lineY(train, { x: 'time', y: ({ loss }) => Math.abs(loss), strokeWidth: 2 })],
      };
    case 'elimination': {
      const { pruned } = session;
      if (!pruned) return undefined;
      const points = pruned.curve.filter(({ loss }) => loss > 0);
      const kept = points.filter(({ size }) => size === pruned.kept.length);
      return {
        x: { label: 'units kept', reverse: true },
        y: { type: 'log', label: 'loss after refit', grid: true },
        marks: [
          Plot.lineY(points, { x: 'size', y: 'loss', marker: 'circle' }),
          Plot.dot(kept, { x: 'size', y: 'loss', r: 7, fill: theme.color('high') }),
        ],
      };
    }
  }
}

function alignmentOptions(train: readonly Session['train'][number]['record'][]): Plot.PlotOptions {
  const k = train[0]?.alignment?.expert.length ?? 0;
  const marks = Array.from({ length: k }, (_, j) => {
    const stroke = theme.teacher(j);
    const { alignment } = train.at(-1) ?? {};
    return [
      Plot.lineY(train, { x: 'time', y: (d) => d.alignment?.expert[j], stroke, strokeWidth: 2.5 }),
      Plot.lineY(train, {
        x: 'time',
        y: (d) => d.alignment?.router[j],
        stroke,
        strokeWidth: 2,
        strokeDasharray: '5 4',
      }),
      Plot.text([String(j + 1)], {
        x: train.at(-1)?.time ?? 0,
        y: alignment?.router[j] ?? 0,
        fill: stroke,
        dx: 10,
        fontWeight: 'bold',
      }),
    ];
  }).flat();
  return {
    x: { label: 'flow time t' },
    y: { label: 'alignment', grid: true, domain: [-0.15, 1.02] },
    marks: [Plot.ruleY([0]), ...marks],
  };
}
