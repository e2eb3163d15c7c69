/** Red, green and blue, 0 to 255, of a CSS colour of the form #rgb or #rrggbb. */
export function rgb(hex: string): readonly [number, number, number] {
  const digits = hex.slice(1);
  const wide = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const part = (from: number) => Number.parseInt(wide.slice(from, from + 2), 16);
  return [part(0), part(2), part(4)];
}

/** A CSS colour of that form, with an opacity from 0 to 1. */
export function withAlpha(hex: string, alpha: number): string {
  return `rgb(${rgb(hex).join(' ')} / ${alpha})`;
}
