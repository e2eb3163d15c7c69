import { KernelsValueError, requireInteger } from './errors.ts';

/** One of these names; a variable of its own, whose type TypeScript widens to `string`, will do. It is checked when used. */
type Name<Known extends string> = Known | (string & {});

/**
 * An expert's activation h. `hermite`: He_p/√p! of the `degree` p from 1 to 6; `series`: Σ_p coefficients[p] He_p/√p!, p from 0
 * to at most 6; `gelu`: z·Φ(z).
 */
export interface ExpertSpec {
  readonly kind: Name<'hermite' | 'series' | 'linear' | 'relu' | 'tanh' | 'gelu'>;
  readonly degree?: number;
  readonly coefficients?: readonly number[];
}

/**
 * What a model is, without its numbers: a MoESpec of @softmoe/model. Units are g(v·x)·h(w·x), docs/theory.md (1), or with
 * softmax routing, which ignores `gate`, π_i(x)·h(w_i·x), π = softmax(Vx + b), docs/theory.md (5).
 */
export interface ModelSpec {
  /** d, the dimension of x. */
  readonly inputDim: number;
  /** m, the number of units. */
  readonly experts: number;
  readonly gate?: Name<'sigmoid' | 'tanh' | 'probit'>;
  readonly expert: ExpertSpec;
  readonly routing: Name<'independent' | 'softmax'>;
}

/** An expert whose name and numbers belong together, as it is once it has been checked. */
type KnownExpert =
  | { readonly kind: 'hermite'; readonly degree: number }
  | { readonly kind: 'series'; readonly coefficients: readonly number[] }
  | { readonly kind: 'linear' | 'relu' | 'tanh' | 'gelu' };

/** The numbers that stand for passes in assembly/evaluate.ts. */
export const passes = {
  sigmoid: 0,
  tanh: 1,
  probit: 2,
  linear: 3,
  relu: 4,
  gelu: 5,
  hermite2: 6,
  hermite3: 7,
  polynomial: 8,
  softmax: 9,
} as const;

/** A pass, and for the polynomial its coefficients c_0 … c_6 of z^0 … z^6. */
export interface Pass {
  readonly pass: number;
  readonly coefficients?: Float64Array;
}

/** He_p/√p! are evaluated up to this degree. */
const MAX_DEGREE = 6;

/** Dimensions and units are counted up to here: far more than a memory of 4 GiB holds. */
export const MAX_DIM: number = 2 ** 24;

/** Throws a {@link KernelsValueError} unless d and m are sizes. */
export function checkSizes({ inputDim, experts }: ModelSpec, field: string): void {
  if (!isSize(inputDim)) requireInteger(`${field}.inputDim`, inputDim, 1, MAX_DIM);
  if (!isSize(experts)) requireInteger(`${field}.experts`, experts, 1, MAX_DIM);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= MAX_DIM;
}

/** The pass of the router: its gate, or softmax. */
export function gatePass(spec: ModelSpec, field: string): number {
  if (spec.routing === 'softmax') return passes.softmax;
  if (spec.routing !== 'independent') {
    throw unknownName(`${field}.routing`, spec.routing, ['independent', 'softmax']);
  }
  const gate = spec.gate as 'sigmoid' | 'tanh' | 'probit' | undefined;
  if (gate === 'sigmoid' || gate === 'tanh' || gate === 'probit') return passes[gate];
  throw unknownName(`${field}.gate`, gate, ['sigmoid', 'tanh', 'probit']);
}

/** The pass of the experts. */
export function expertPass(spec: ModelSpec, field: string): Pass {
  const expert = spec.expert as KnownExpert;
  switch (expert.kind) {
    case 'hermite': {
      const { degree } = expert;
      requireInteger(`${field}.expert.degree`, degree, 1, MAX_DEGREE);
      if (degree === 1) return { pass: passes.linear };
      if (degree === 2) return { pass: passes.hermite2 };
      if (degree === 3) return { pass: passes.hermite3 };
      const series = new Array<number>(degree + 1).fill(0);
      series[degree] = 1;
      return { pass: passes.polynomial, coefficients: monomials(series) };
    }
    case 'series':
      checkSeries(`${field}.expert.coefficients`, expert.coefficients);
      return { pass: passes.polynomial, coefficients: monomials(expert.coefficients) };
    case 'linear':
    case 'relu':
    case 'tanh':
    case 'gelu':
      return { pass: passes[expert.kind] };
    default:
      throw unknownName(`${field}.expert.kind`, (expert as { kind: unknown }).kind, [
        'hermite',
        'series',
        'linear',
        'relu',
        'tanh',
        'gelu',
      ]);
  }
}

/**
 * Coefficients of z^0 … z^6 of Σ_p series[p] He_p(z)/√p!, from He_{p+1} = z He_p − p He_{p−1}, whose coefficients are whole
 * numbers.
 */
export function monomials(series: readonly number[]): Float64Array {
  const sum = new Float64Array(MAX_DEGREE + 1);
  let previous = new Float64Array(MAX_DEGREE + 2);
  let current = new Float64Array(MAX_DEGREE + 2);
  current[0] = 1;
  let factorial = 1;
  series.forEach((coefficient, p) => {
    const scale = coefficient / Math.sqrt(factorial);
    for (let j = 0; j <= p; j++) sum[j] = sum[j]! + scale * current[j]!;
    const next = new Float64Array(MAX_DEGREE + 2);
    for (let j = 0; j <= p; j++) {
      next[j + 1] = next[j + 1]! + current[j]!;
      next[j] = next[j]! - p * previous[j]!;
    }
    previous = current;
    current = next;
    factorial *= p + 1;
  });
  return sum;
}

function checkSeries(field: string, coefficients: readonly number[]): void {
  const ok =
    Array.isArray(coefficients) &&
    coefficients.length >= 1 &&
    coefficients.length <= MAX_DEGREE + 1 &&
    coefficients.every(Number.isFinite);
  if (ok) return;
  throw new KernelsValueError(`must be 1 to ${MAX_DEGREE + 1} finite numbers`, {
    field,
    value: coefficients,
    remedy: `Give η_0 … η_p for a degree p of at most ${MAX_DEGREE}.`,
  });
}

function unknownName(field: string, value: unknown, names: readonly string[]): KernelsValueError {
  return new KernelsValueError('is not known here', {
    field,
    value,
    remedy: `Use one of ${names.join(', ')}.`,
  });
}
