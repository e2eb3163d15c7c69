const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const superscript = (n: number): string =>
  [...String(Math.abs(n))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');

/** 10 to the power n, as one writes it. */
export function powerOfTen(n: number): string {
  if (n === 0) return '1';
  return `10${n < 0 ? '⁻' : ''}${superscript(n)}`;
}

/** A number to `digits` figures, as one writes it: 0.0123, 4.2·10⁻⁹. */
export function readable(value: number, digits: number = 2): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -3 && power < 5) {
    return Number(value.toPrecision(digits)).toLocaleString('en', { maximumFractionDigits: 8 });
  }
  return `${mantissa.replace('-', '−')}·${powerOfTen(power)}`;
}

/** An overlap, always with two decimals. */
export function overlap(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** Flow time to one decimal. */
export function time(value: number): string {
  return value.toFixed(1);
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
