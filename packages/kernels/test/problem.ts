import type { GradientOffsets, ModelSpec, Offset, PlacedModel } from '../src/index.ts';
import type { Arena } from './arena.ts';
import type { Parameters, ReferenceGradient } from './reference.ts';

/** Seeded numbers in [−1, 1): xorshift. */
export function numbers(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

export function floats(count: number, next: () => number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, () => scale * next());
}

/** About standard normal numbers. */
export function gaussians(count: number, next: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += next();
    return sum / Math.SQRT2;
  });
}

/** Random parameters with logits of about unit variance. */
export function parametersOf({ inputDim: d, experts: m }: ModelSpec, next: () => number) {
  const scale = Math.sqrt(3 / d);
  return {
    router: floats(m * d, next, scale),
    expert: floats(m * d, next, scale),
    amplitude: floats(m, next, 1.5),
    routerBias: floats(m, next, 1),
  };
}

export function place(arena: Arena, spec: ModelSpec, params: Parameters): PlacedModel {
  const { inputDim: d, experts: m, routing } = spec;
  return {
    spec,
    params: {
      router: arena.take(m * d, params.router),
      expert: arena.take(m * d, params.expert),
      amplitude: arena.take(m, params.amplitude),
      ...(routing === 'softmax' ? { routerBias: arena.take(m, params.routerBias) } : {}),
    },
  };
}

/** Room for a gradient. */
export function placeGradient(arena: Arena, spec: ModelSpec, size?: number): GradientOffsets {
  const { inputDim: d, experts: m, routing } = spec;
  return {
    router: arena.take(m * d),
    expert: arena.take(m * d),
    amplitude: arena.take(m),
    ...(routing === 'softmax' ? { routerBias: arena.take(m) } : {}),
    ...(size ? { inputs: arena.take(size * d) } : {}),
  };
}

/** Largest error of each array of a gradient, relative to the largest sum of absolute terms in it. */
export function gradientErrors(
  arena: Arena,
  offsets: GradientOffsets,
  expected: ReferenceGradient,
): Record<string, number> {
  const names = ['router', 'expert', 'amplitude', 'routerBias', 'inputs'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const offset: Offset | undefined = offsets[name];
      if (offset === undefined) return [];
      const { values, magnitudes } = expected[name];
      return [[name, relativeError(arena.read(offset, values.length), values, magnitudes)]];
    }),
  );
}

/** max |actual − expected| / max |scale|; infinite for a NaN. */
export function relativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale: ArrayLike<number> = expected,
): number {
  let error = 0;
  let most = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
    most = Math.max(most, Math.abs(scale[i]!));
  }
  return error / most;
}
