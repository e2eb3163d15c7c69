import { drawFigure, type Figure } from '@softmoe/figures';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** A figure as the text of an SVG file that stands alone: fixed colours, styles within, a title and a description. */
export function renderSvg(figure: Figure): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawFigure(figure, { document }).outerHTML}\n`;
}

/** A figure as an SVG element for a page, whose CSS variables give its colours. */
export function inlineSvg(figure: Figure, width?: number): string {
  const size = width === undefined ? {} : { width };
  return drawFigure(figure, { document, colors: 'page', ...size }).outerHTML;
}
