import { isSupported } from '@softmoe/kernels/population';
import { UnknownNameError, UnsupportedError } from '@softmoe/model';

/** How the population loss is computed: in JavaScript, or on two numbers at once by WebAssembly. Either has its own last bits. */
export type PopulationVariant = 'float64' | 'float64-simd';

/** All variants of the exact loss, for messages and options. */
export const populationVariants: readonly PopulationVariant[] = ['float64', 'float64-simd'];

/** How an exact estimator computes. */
export interface PopulationOptions {
  /** `float64` unless said otherwise: either gives the same bits on every engine. */
  readonly variant?: PopulationVariant;
}

/** The fastest variant that this JavaScript engine runs. */
export function bestVariant(): PopulationVariant {
  return isSupported('simd') ? 'float64-simd' : 'float64';
}

/** Throws a typed error for what is no variant, and for one that this JavaScript engine can't run. */
export function requireVariant(variant: PopulationVariant): void {
  if (!populationVariants.includes(variant)) {
    throw new UnknownNameError('is not a variant of the population loss', {
      field: 'variant',
      value: variant,
      remedy: `Use one of ${populationVariants.join(', ')}.`,
    });
  }
  if (variant === 'float64-simd' && !isSupported('simd')) {
    throw new UnsupportedError('needs WebAssembly with SIMD, which this JavaScript engine lacks', {
      field: 'variant',
      value: variant,
      remedy:
        "Use variant 'float64', which gives the same but for its last bits, or a newer engine.",
    });
  }
}
