import type { PlotOptions } from '@observablehq/plot';

/** A figure as data: what Observable Plot draws, in a page or as an SVG file. */
export interface Figure {
  /** Name of its SVG file, such as `alignment`. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen in it, in words, also for who cannot see it. */
  readonly caption: string;
  readonly options: PlotOptions;
  /** What is drawn in place of `options` on a phone's width, where the same narrower would not do. */
  readonly narrow?: PlotOptions;
}
