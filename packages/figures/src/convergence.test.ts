import type { Summary } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { agreementOf, contractedWords, limitOf, paceOf } from './convergence.ts';

const run = (
  n: number,
  loss: (step: number) => number,
  gradientNorm: (step: number) => number,
  every = 10,
) =>
  Array.from({ length: n }, (_, i) => ({
    step: every * i,
    loss: loss(every * i),
    gradientNorm: gradientNorm(every * i),
  }));

describe('the pace of fine-tuning', () => {
  it('is linear where every step multiplies the loss by one factor, also down in rounding', () => {
    const rounded = (n: number) => Math.max(1e-6 * 0.85 ** n, 2e-17 * (1 + Math.sin(n)));
    const pace = paceOf(run(40, rounded, (n) => 1e-3 * 0.85 ** (n / 2)));
    expect(pace).toMatchObject({ kind: 'linear', flat: false });
    expect(pace.factor).toBeCloseTo(0.85, 2);
  });

  it('is not flat where the loss stands still in rounding: there it has come to zero', () => {
    const rounded = (n: number) => Math.max(1e-6 * 0.85 ** n, 1.1e-16);
    const pace = paceOf(run(38, rounded, (n) => 1e-3 * 0.9 ** (n / 2)));
    expect(pace).toMatchObject({ kind: 'linear', flat: false });
  });

  it('is linear after faster modes have died', () => {
    const loss = (n: number) => 1e-6 * 0.9 ** n + 1e-4 * 0.3 ** n;
    expect(paceOf(run(30, loss, (n) => Math.sqrt(loss(n)))).kind).toBe('linear');
  });

  it('is linear after a slower start, which is past', () => {
    const loss = (n: number) => 1e-3 * 0.9 ** Math.min(n, 100) * 0.85 ** Math.max(0, n - 100);
    const pace = paceOf(run(40, loss, (n) => Math.sqrt(loss(n))));
    expect(pace.kind).toBe('linear');
    expect(pace.factor).toBeCloseTo(0.85, 6);
  });

  it('is slowing in a valley without curvature, however long one looks', () => {
    for (const n of [60, 300, 2000]) {
      const { kind, flat } = paceOf(
        run(
          n,
          (step) => (step + 50) ** -2,
          (step) => (step + 50) ** -3,
        ),
      );
      expect([kind, flat]).toEqual(['slowing', false]);
    }
  });

  it('is of the excess where the loss goes to a limit above zero', () => {
    const pace = paceOf(
      run(
        30,
        (n) => 0.147 + 1e-6 * 0.85 ** n,
        (n) => 1e-3 * 0.85 ** (n / 2),
      ),
    );
    expect(pace).toMatchObject({ kind: 'linear', flat: true });
    expect(pace.factor).toBeCloseTo(0.85, 6);
  });

  it('is quickening where steps become better', () => {
    const loss = (n: number) => 1e-2 ** (1.2 ** n);
    expect(paceOf(run(9, loss, (n) => Math.sqrt(loss(n)), 1)).kind).toBe('quickening');
  });

  it('is open at the start, where any curve is straight for a while, and where nothing moves', () => {
    expect(paceOf([]).kind).toBe('open');
    expect(
      paceOf(
        run(
          4,
          (n) => 0.85 ** n,
          () => 1,
        ),
      ).kind,
    ).toBe('open');
    expect(
      paceOf(
        run(
          9,
          (n) => 1 - 1e-3 * n,
          () => 1,
        ),
      ).kind,
    ).toBe('open');
    expect(
      paceOf(
        run(
          9,
          () => 0.3,
          () => 1,
        ),
      ),
    ).toMatchObject({ kind: 'open', flat: false });
  });
});

describe('measured and predicted contraction', () => {
  it('agree within two per cent of the rate', () => {
    expect(agreementOf({ predicted: 0.85, measured: 0.851 })).toMatchObject({ agrees: true });
    expect(agreementOf({ predicted: 0.85, measured: 0.9 })).toMatchObject({ agrees: false });
  });

  it('are compared only where both contract', () => {
    expect(agreementOf({ predicted: 0.85, measured: null })).toBeUndefined();
    expect(agreementOf({ predicted: 1.000005, measured: 0.99 })).toBeUndefined();
    expect(agreementOf({ predicted: 0.99, measured: 1 })).toBeUndefined();
  });
});

describe('what contracts', () => {
  const ended = (final: number) =>
    ({ loss: { final }, elimination: [{ size: 0, loss: 0.44 }] }) as unknown as Summary;

  it('is the loss where it ends at zero, to rounding', () => {
    expect(limitOf(ended(-5.6e-17))).toBeUndefined();
    expect(contractedWords(ended(3e-13))).toBe('the loss');
  });

  it('is its excess where it ends above', () => {
    expect(limitOf(ended(0.1466895))).toBe(0.1466895);
    expect(contractedWords(ended(0.1466895))).toBe('the excess of the loss over its limit 0.147');
  });
});
