import { type PlotOptions, plot } from '@observablehq/plot';
import { color, fixedColor } from './palette.ts';

/** Options of a plot, as Observable Plot takes them. Plot's own types ask for those of d3, so that they are not named here. */
export interface FigureOptions {
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly [option: string]: unknown;
}

/** A figure as data: what Observable Plot draws, in a page or as an SVG file. */
export interface Figure {
  /** Name of its SVG file, such as `alignment`. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen in it, in words, also for who cannot see it. */
  readonly caption: string;
  readonly options: FigureOptions;
  /** What is drawn in place of `options` on a phone's width, where the same narrower would not do. */
  readonly narrow?: FigureOptions;
}

/** Where and in which colours and width a figure is drawn. */
export interface DrawOptions {
  /** What makes the elements: a page's document by default, linkedom's in Node. */
  readonly document?: Document;
  /** In pixels. Default: that of the figure's options, else 720. */
  readonly width?: number;
  /** `page`: those of the page's CSS variables, so that a figure follows its theme. `print`: fixed. Default `print`. */
  readonly colors?: 'page' | 'print';
}

const FIGURE_WIDTH = 720;
const HEIGHT = 360;
const FONT = '"Source Sans 3", "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif';
const SVG = 'http://www.w3.org/2000/svg';

/** Draws a figure as an SVG element that is whole as a file of its own: title, description, styles, namespace. */
export function drawFigure(
  { name, title, caption, options }: Figure,
  { document = globalThis.document, width, colors = 'print' }: DrawOptions = {},
): SVGSVGElement {
  const drawn = plot({
    height: HEIGHT,
    marginLeft: 56,
    marginRight: 24,
    marginBottom: 40,
    ...(options as PlotOptions),
    width: width ?? options.width ?? FIGURE_WIDTH,
    document,
  });
  const svg = (
    drawn.tagName.toLowerCase() === 'svg' ? drawn : drawn.querySelector('svg')
  ) as SVGSVGElement | null;
  if (!svg) throw new TypeError(`Plot drew no SVG for the figure ${name}.`);
  for (const useless of svg.querySelectorAll('style, path:not([d])')) useless.remove();
  const id = `figure-${name}${width === undefined ? '' : `-${width}`}`;
  svg.prepend(
    described(document, 'title', `${id}-title`, title),
    described(document, 'desc', `${id}-desc`, caption),
  );
  setAttributes(svg, {
    xmlns: SVG,
    role: 'img',
    'aria-labelledby': `${id}-title`,
    'aria-describedby': `${id}-desc`,
    'font-family': FONT,
    'font-size': '13',
    color: color('ink'),
    class: 'figure',
  });
  const all = [svg, ...svg.querySelectorAll('*')] as Element[];
  for (const element of all) {
    tidy(element, colors);
    if (element !== svg) markOf(element);
  }
  return svg;
}

function described(document: Document, tag: string, id: string, text: string): Element {
  const element = document.createElementNS(SVG, tag);
  element.setAttribute('id', id);
  element.textContent = text;
  return element;
}

function setAttributes(element: Element, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** What Plot calls a group, kept for who looks for it; the picture as a whole has the words for who cannot see it. */
function markOf(element: Element): void {
  const label = element.getAttribute('aria-label');
  for (const { name } of [...element.attributes]) {
    if (name.startsWith('aria-')) element.removeAttribute(name);
  }
  if (label) element.setAttribute('data-mark', label);
}

/** Coordinates to hundredths of a pixel, and colours as asked for. */
function tidy(element: Element, colors: 'page' | 'print'): void {
  for (const { name, value } of [...element.attributes]) {
    if (/^(aria-|id$|class$|xmlns)/.test(name)) continue;
    const rounded = value.replace(/-?\d+\.\d{3,}(e-\d+)?/g, (digits) =>
      String(Number(Number(digits).toFixed(2))),
    );
    const next = colors === 'print' ? fixedColor(rounded) : rounded;
    if (next !== value) element.setAttribute(name, next);
  }
}
