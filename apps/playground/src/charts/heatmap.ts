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
