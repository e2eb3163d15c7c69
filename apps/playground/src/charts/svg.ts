import {
  alignmentFigure,
  amplitudesFigure,
  certificateFigure,
  drawFigure,
  eliminationFigure,
  type Figure,
  lossFigure,
  overlapsFigure,
  planeFigure,
} from '@softmoe/figures';
import { recordLine } from '@softmoe/lab';
import type { Playground } from '../session/playground.svelte.ts';
import type { Session } from '../session/session.svelte.ts';
import { dimensionFigure } from './dimension-figure.ts';

/** A figure of the page for print, as the text of an SVG file; undefined while there is nothing to draw. */
export function svgOf(name: string, playground: Playground): string | undefined {
  const figures = figuresOf(name, playground);
  if (figures.length === 0) return undefined;
  const svg = stacked(figures.map((figure) => drawFigure(figure)));
  return new XMLSerializer().serializeToString(svg);
}

/** Figures of `@softmoe/figures` that show what the page's figure of that name shows. */
function figuresOf(name: string, { session, sweep }: Playground): Figure[] {
  if (name === 'sweep') return sweep.points.length > 0 ? [dimensionFigure(sweep.points)] : [];
  const { config, pruned, plane, summary } = session;
  const records = recordsOf(session);
  const latest = records.at(-1);
  if (!latest || !config) return [];
  switch (name) {
    case 'alignment':
      return [alignmentFigure(records, config)];
    case 'students':
      return [overlapsFigure(latest), amplitudesFigure(latest)];
    case 'loss': {
      const sizes = pruned && {
        students: records[0]!.amplitude.length,
        survivors: pruned.kept.length,
      };
      const predicted = summary?.contraction.predicted;
      return [lossFigure({ records, sizes, predicted, config })];
    }
    case 'elimination':
      return pruned ? [eliminationFigure({ curve: pruned.curve, kept: pruned.kept.length })] : [];
    case 'certificate':
      return summary ? [certificateFigure({ records, contraction: summary.contraction })] : [];
    case 'planes':
      return plane ? [planeFigure(plane)] : [];
    default:
      return [];
  }
}

function recordsOf({ train, tune }: Session) {
  return [...train, ...tune].map(recordLine);
}

/** One below the other. */
function stacked(drawn: readonly SVGSVGElement[]): SVGSVGElement {
  const [first] = drawn as [SVGSVGElement];
  if (drawn.length === 1) return first;
  const sheet = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  let height = 0;
  for (const svg of drawn) {
    svg.setAttribute('y', String(height));
    height += Number(svg.getAttribute('height'));
    sheet.append(svg);
  }
  const width = first.getAttribute('width')!;
  sheet.setAttribute('width', width);
  sheet.setAttribute('height', String(height));
  sheet.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return sheet;
}
