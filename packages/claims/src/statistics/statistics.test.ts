import fc from 'fast-check';
import { mean } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { bootstrap, bootstrapAll, bootstrapMean } from './bootstrap.ts';
import { coverageOf } from './coverage.ts';
import { proportion, shareOf } from './interval.ts';
import { fitPowerLaw } from './power-law.ts';
import { median, rankCorrelation, ranks } from './summaries.ts';
import { fitTail } from './tail.ts';

describe('proportion', () => {
  // statsmodels.stats.proportion.proportion_confint(x, n, method='wilson')
  it.each([
    [20, 20, 0.8388748419471806, 1],
    [14, 16, 0.63977173, 0.96502251],
    [0, 8, 0, 0.32440756],
  ])('of %i in %i has the interval of Wilson', (successes, trials, low, high) => {
    const interval = proportion(successes, trials);
    expect(interval.value).toBe(successes / trials);
    expect(interval.low).toBeCloseTo(low, 7);
    expect(interval.high).toBeCloseTo(high, 7);
  });

  it('takes shares, and says nothing without trials', () => {
    const half = proportion(2.5, 5);
    expect(half.value).toBe(0.5);
    expect(half.low + half.high).toBeCloseTo(1, 12);
    expect(proportion(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 });
    expect(shareOf([true, false, true, true]).value).toBe(0.75);
  });
});

describe('bootstrap', () => {
  const sample = Array.from({ length: 400 }, (_, i) => i);

  it('of a mean has the width of the central limit theorem', () => {
    const { value, low, high } = bootstrap(sample, (drawn) => mean([...drawn]));
    expect(value).toBe(199.5);
    // 1.96 standard errors of the mean of a uniform distribution over 400 numbers: 11.32.
    expect((high - low) / 2).toBeGreaterThan(10.3);
    expect((high - low) / 2).toBeLessThan(12.3);
    expect(Math.abs((high + low) / 2 - 199.5)).toBeLessThan(1.5);
  });

  it('gives the same interval for the same sample, and keeps statistics of one resample together', () => {
    const both = bootstrapAll(sample, (drawn) => ({ a: mean([...drawn]), b: -mean([...drawn]) }));
    expect(both.a).toEqual(bootstrap(sample, (drawn) => mean([...drawn])));
    expect(both.b.low).toBeCloseTo(-both.a.high, 9);
  });

  it('knows nothing from few runs, nor where the statistic often has no value', () => {
    expect(bootstrap([1, 2, 3], (drawn) => mean([...drawn]))).toEqual({
      value: 2,
      low: -Infinity,
      high: Infinity,
    });
    const often = bootstrap(sample, (drawn) => (drawn[0]! < 100 ? Number.NaN : 1));
    expect(often).toMatchObject({ low: -Infinity, high: Infinity });
  });
});

describe('bootstrapMean', () => {
  it('is wider on the side of the skewness', () => {
    const { value, low, high } = bootstrapMean([1, 1.1, 1.2, 1.3, 1.5, 2, 3, 8]);
    expect(value).toBeCloseTo(19.1 / 8, 12);
    expect(high - value).toBeGreaterThan(2 * (value - low));
  });

  it('of equal numbers is their value, of few knows nothing, and turns around with its sign', () => {
    expect(bootstrapMean(new Array(9).fill(2))).toEqual({ value: 2, low: 2, high: 2 });
    expect(bootstrapMean([1, 2, 3])).toEqual({ value: 2, low: -Infinity, high: Infinity });
    const numbers = [1, 4, 2, 8, 5, 7, 3, 3, 9];
    const there = bootstrapMean(numbers);
    const back = bootstrapMean(numbers.map((x) => -x));
    expect(back.low).toBeCloseTo(-there.high, 12);
    expect(back.high).toBeCloseTo(-there.low, 12);
  });
});

describe('the coverage of intervals at 95 %', () => {
  // 300 samples know a coverage of 0.93 to a standard error of 0.015; bench/src/coverage.js takes 1000.
  it.each([
    ['exponential', 8, 0.9],
    ['lognormal', 8, 0.86],
    ['exponential', 24, 0.9],
    ['lognormal', 24, 0.89],
  ] as const)('of the mean of %s samples of %d is at least %d', (law, n, least) => {
    const { share } = coverageOf(bootstrapMean, 'mean', law, n, 300);
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThan(0.99);
  });

  it('of the median of skewed samples of 8 is at least 0.92', () => {
    const interval = (sample: readonly number[]) => bootstrap(sample, median);
    expect(coverageOf(interval, 'median', 'exponential', 8, 200).share).toBeGreaterThan(0.92);
  });
});

describe('fitPowerLaw', () => {
  it('recovers A, p and B from exact points', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0.2, max: 1.2, noNaN: true }),
        fc.double({ min: -0.5, max: 10, noNaN: true }),
        (scale, power, offset) => {
          const points = [16, 64, 256, 1024, 4096, 16384].map(
            (d) => [d, scale * d ** power + offset * scale] as const,
          );
          const fit = fitPowerLaw(points);
          expect(Math.abs(fit.power - power)).toBeLessThan(1e-4);
          expect(Math.abs(fit.scale / scale - 1)).toBeLessThan(1e-2);
          expect(Math.abs(fit.offset / scale - offset)).toBeLessThan(2e-2);
        },
      ),
    );
  });

  it('tells √d from a steeper law that a raw slope would take it for', () => {
    const points = [64, 256, 1024, 4096].map((d) => [d, 1.14 * Math.sqrt(d) - 4] as const);
    expect(fitPowerLaw(points).power).toBeCloseTo(0.5, 3);
    expect(fitPowerLaw(points.map(([d]) => [d, d] as const)).power).toBeCloseTo(1, 3);
  });

  it('does not pretend to fit two points', () => {
    const fit = fitPowerLaw([
      [1, 1],
      [2, 2],
    ]);
    expect(fit).toEqual({ scale: Number.NaN, power: Number.NaN, offset: Number.NaN });
  });
});

describe('rankCorrelation', () => {
  it('shares ranks among equal values, Infinity the last', () => {
    expect(ranks([3, Infinity, 1, 3, Infinity])).toEqual([2.5, 4.5, 1, 2.5, 4.5]);
  });

  // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) = 0.8207826816681233
  it('is that of Spearman with ties', () => {
    expect(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(rankCorrelation([1, 2, 3], [30, 20, 10])).toBeCloseTo(-1, 12);
    expect(rankCorrelation([1, 2, 3], [4, 4, 4])).toBeNaN();
  });
});

describe('fitTail', () => {
  const times = Array.from({ length: 30 }, (_, i) => 100 + 30 * i);

  it('prefers the law that made the points, with its constant', () => {
    const power = fitTail(times.map((t) => [t, 7 * t ** -2]))!;
    expect(power.power).toBeCloseTo(2, 9);
    expect(power.preference).toBeGreaterThan(0);
    const exponential = fitTail(times.map((t) => [t, 7 * Math.exp(-0.01 * t)]))!;
    expect(exponential.rate).toBeCloseTo(0.01, 9);
    expect(exponential.preference).toBeLessThan(0);
  });

  it('is undefined with too few points', () => {
    expect(fitTail([[1, 1]])).toBeUndefined();
  });
});
