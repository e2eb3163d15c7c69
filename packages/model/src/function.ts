import { at } from './linalg/vectors.ts';
/** Symmetry of a scalar function about 0: f(−z) = −f(z), f(−z) = f(z), or neither. */
export type Parity = 'odd' | 'even' | 'none';

/**
 * A function f and its derivative at every entry of a tensor `z` of TensorFlow.js, made of ops of its own: tensors of the shape of `z`.
 * Those made on the way belong to the tidy around the call.
 */
export type TensorFunction = (z: never) => {
  readonly value: unknown;
  readonly derivative: unknown;
};

/** A smooth function of one real variable: a gate g or an expert's activation h. */
export interface ScalarFunction {
  readonly parity: Parity;
  value(z: number): number;
  derivative(z: number): number;
  /** Writes value and derivative at every `z`, where one pass is cheaper than the two methods above. */
  evaluate?(z: Float64Array, value: Float64Array, derivative: Float64Array): void;
  /** What a function of the user's own needs to run on TensorFlow.js. */
  readonly tensor?: TensorFunction;
}

/** A router's non-linearity g. */
export interface Gate extends ScalarFunction {
  readonly name: string;
  /**
   * Distance from the real axis of the nearest singularity of g in the complex plane. It sets how fast the
   * Hermite coefficients c_n decay, docs/theory.md (10); Infinity for an entire function. Of a gate of the user's own it is not
   * asked for: how its coefficients decay is measured.
   */
  readonly singularity?: number;
  /**
   * E[g(σξ)He_n(ξ)]/√n! = σ^n c_n(σ)/√n! for n = 0 … count−1 in closed form, docs/theory.md (9), where one exists. Those of a gate of
   * the user's own are checked against quadrature.
   */
  hermiteCoefficients?(sigma: number, count: number): Float64Array;
}

/** An expert's non-linearity h. */
export interface Expert extends ScalarFunction {
  /** The kind of its spec. */
  readonly name: string;
  /**
   * η_p for p = 0 … degree of the expansion h = Σ_p η_p He_p/√p!, docs/theory.md (4), where h is a polynomial and so
   * the expansion ends; the sum of their squares is E h(ξ)². Absent for all others. Those of an expert of the user's own are checked
   * against `value`.
   */
  readonly coefficients?: readonly number[];
}

/** The experts of one kind: what their specs say beside `kind`, and the function that such a spec describes. */
export interface ExpertFamily<Spec> {
  /** Names of the constants. */
  readonly constants: readonly Exclude<keyof Spec & string, 'kind'>[];
  /** The expert of `spec`. Throws a typed error about `field` for a constant that is missing or out of range. */
  create(spec: Spec, field: string): Expert;
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
    const x = at(z, k);
    value[k] = f.value(x);
    derivative[k] = f.derivative(x);
  }
}
