/** Symmetry of a scalar function about 0: f(−z) = −f(z), f(−z) = f(z), or neither. */
export type Parity = 'odd' | 'even' | 'none';

/** A smooth function of one real variable: a gate g or an expert's activation h. */
export interface ScalarFunction {
  readonly parity: Parity;
  value(z: number): number;
  derivative(z: number): number;
  /** Writes value and derivative at every `z`, where one pass is cheaper than the two methods above. */
  evaluate?(z: Float64Array, value: Float64Array, derivative: Float64Array): void;
}

/**
 * Writes f(z) and f′(z) at every `z` into `value` and `derivative`, arrays of the length of `z`; nothing is checked.
 *
 * @internal
 */
export function evaluate(
  f: ScalarFunction,
  z: Float64Array,
  value: Float64Array,
  derivative: Float64Array,
): void {
  if (f.evaluate) {
    f.evaluate(z, value, derivative);
    return;
  }
  for (let k = 0; k < z.length; k++) {
    value[k] = f.value(z[k]!);
    derivative[k] = f.derivative(z[k]!);
  }
}
