import { gradientScale } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { judge } from './verdict.ts';

/** A point and its spectrum where amplitudes, and so residuals, are larger by that factor: all of it scales by its square. */
const judged = (size: number, mu: number, gradientNorm: number, nullLoss = 1) =>
  judge(
    { loss: 0, gradientNorm: gradientNorm * size, nullLoss: nullLoss * size },
    { mu: mu * size, lambdaMax: size, error: 1e-14 * size },
  );

describe('a verdict', () => {
  it.each([1e-300, 1e-160, 1, 1e160, 1e300])(
    'is that of the same point at any scale: %d',
    (size) => {
      expect(judged(size, 0.04, 1e-17)).toBe('certified');
      expect(judged(size, 0.04, 1e-3)).toBe('not-converged');
      // A quartic valley: flat, and its curvature does not outweigh the gradient that is left.
      expect(judged(size, 1e-6, 5e-11)).toBe('degenerate');
    },
  );

  it('has a scale of gradients that neither overflows nor vanishes', () => {
    expect(gradientScale(1e200, 1e200) / Math.SQRT2 / 1e200).toBeCloseTo(1, 14);
    expect(gradientScale(1e-200, 1e-200) / Math.SQRT2 / 1e-200).toBeCloseTo(1, 14);
    expect(gradientScale(3, -1)).toBe(0);
  });
});
