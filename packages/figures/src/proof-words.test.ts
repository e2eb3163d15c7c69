import type { Summary } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { proofWords, stateWords } from './proof-words.ts';

type Certificate = Summary['certificate'];
type Failure = NonNullable<Certificate['proofFailure']>;

const proof = {
  radius: 0.0059708,
  rate: 0.9991963,
  rateHere: 0.9792231,
  distance: 4.51e-16,
  steps: [0.46344, 1.78336],
  image: { unit: [0], signs: [{ router: 1, expert: 1, amplitude: 1 }] },
} as const;
const certificateWith = (rest: Partial<Certificate>) =>
  ({ verdict: 'certified', ...rest }) as Certificate;
const failed = (reason: Failure['reason'], rest: Partial<Failure> = {}) =>
  proofWords(
    certificateWith({
      proof: null,
      proofFailure: {
        reason,
        inequality: 'the gate mine has no proved bounds',
        left: null,
        right: null,
        excess: null,
        mend: 'digits',
        remedy: '',
        ...rest,
      },
    }),
  );

describe('words of a proof', () => {
  it('give its bounds rounded so that they stay true', () => {
    expect(proofWords(certificateWith({ proof, proofFailure: null }))).toEqual({
      short: 'Proved',
      long:
        'in the ball of radius 0.0059 around the teacher’s parameters the teacher is the only critical point, and gradient descent ' +
        'from here converges to it.',
      numbers:
        'From 4.6·10⁻¹⁶ away each step of a length between 0.47 and 1.7 multiplies the distance by at most 0.98, from the edge of ' +
        'the ball by at most 0.9992.',
    });
  });

  it('tell whether the proof covers fine-tuning from its start', () => {
    const start = { radius: 0.035523, rate: 0.99932, steps: [0.46344, 1.3903] } as const;
    const numbersOf = (distance: number, proved: boolean) =>
      proofWords(
        certificateWith({
          proof: { ...proof, start: { ...start, distance, proved } },
          proofFailure: null,
        }),
      )?.numbers;
    expect(numbersOf(0.01283, true)).toMatch(
      / Where fine-tuning began, 0\.013 away, steps between 0\.47 and 1\.3 converge to it as well: proved within 0\.035\.$/,
    );
    expect(numbersOf(0.2, false)).toMatch(
      / Fine-tuning began 0\.20? away, farther than the 0\.035 within which steps .* are proved to converge\.$/,
    );
  });

  it('say proved of nothing without a proof', () => {
    const reasons: Failure['reason'][] = [
      'not-attempted',
      'size',
      'routing',
      'gate',
      'expert',
      'curvature',
      'contraction',
      'distance',
    ];
    for (const reason of reasons) expect(failed(reason)?.short).toBe('Not proved');
    expect(stateWords(certificateWith({ proof: null }))).toBe('certified');
    expect(stateWords(certificateWith({ proof }))).toBe('certified and proved');
    expect(stateWords(certificateWith({}))).toBe('certified');
  });

  it('tell which inequality fails and what would mend it', () => {
    expect(failed('distance', { left: 0.21, right: 0.00597 })?.long).toMatch(
      /^the student is 0\.21 from .* within 0\.0059 only; from a closer student it would be\.$/,
    );
    expect(failed('curvature', { right: -3e-14 })?.long).toMatch(/above −3.0·10⁻¹⁴.*more digits/);
    expect(failed('curvature')?.long).toMatch(/may have a flat direction; no closer student/);
    expect(failed('size', { left: 3, right: 5 })?.long).toMatch(/has 3 units and the teacher 5/);
    expect(failed('gate')?.long).toBe('the gate mine has no proved bounds.');
    expect(failed('not-attempted', { left: 40, right: 16 })?.long).toMatch(/softmoe certify/);
  });

  it('are absent for certificates from before there were proofs', () => {
    expect(proofWords(certificateWith({}))).toBeUndefined();
  });
});
