import { rgb } from './color.ts';

export interface Diverging {
  readonly low: string;
  readonly zero: string;
  readonly high: string;
}

/** Colours for values from −limit to limit; beyond that they saturate. The root makes small values visible. */
export function paintHeatmap(
  values: Float64Array | Float32Array,
  limit: number,
  colors: Diverging,
  pixels: Uint8ClampedArray,
): void {
  const zero = rgb(colors.zero);
  const ends = { low: rgb(colors.low), high: rgb(colors.high) };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! / limit;
    const share = Math.sqrt(Math.min(1, Math.abs(value)));
    const end = value < 0 ? ends.low : ends.high;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = zero[c]! + share * (end[c]! - zero[c]!);
    pixels[4 * i + 3] = 255;
  }
}

/** Paints values [size, size] on a canvas as {@link paintHeatmap} colours them, one pixel each; nothing where there is no canvas. */
export function paintCanvas(
  canvas: HTMLCanvasElement | undefined,
  values: Float64Array | Float32Array,
  size: number,
  limit: number,
  colors: Diverging,
): void {
  const ctx = canvas?.getContext('2d');
  if (!canvas || !ctx) return;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const image = ctx.createImageData(size, size);
  paintHeatmap(values, limit, colors, image.data);
  ctx.putImageData(image, 0, 0);
}
