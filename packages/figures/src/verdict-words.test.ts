import type { Summary } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { verdictWords } from './verdict-words.ts';

type Verdict = Summary['certificate']['verdict'];
const told = (verdict: Verdict, survivors: number, mu = 0.05, final = 0.147) => {
  const ended = {
    certificate: { verdict, mu, loss: final },
    survivors,
    teachers: 3,
    loss: { final },
    elimination: [{ size: 0, loss: 0.44 }],
  };
  return verdictWords(ended as unknown as Summary).long;
};

describe('words of a verdict', () => {
  it('blame the number of units only where it is to blame', () => {
    expect(told('degenerate', 7)).toMatch(/flat.*there are 7 units, and the teacher has 3\.$/);
    expect(told('degenerate', 3)).toMatch(/not isolated\.$/);
    expect(told('nonzero-loss', 2)).toMatch(
      /at a loss of 0\.147: 2 units cannot be 3 teacher experts\.$/,
    );
    expect(told('nonzero-loss', 3)).toMatch(/this student is not the teacher\.$/);
  });

  it('call a point a minimum only where the Hessian says so', () => {
    expect(told('nonzero-loss', 2)).toMatch(/^The point is a minimum/);
    expect(told('nonzero-loss', 2, -1e-8)).toMatch(/^The gradient is zero/);
  });

  it('never speak of how fast descent was, which no verdict holds', () => {
    const verdicts: Verdict[] = [
      'certified',
      'not-converged',
      'nonzero-loss',
      'saddle',
      'unresolved',
      'degenerate',
    ];
    for (const verdict of verdicts) expect(told(verdict, 7)).not.toMatch(/linear|speed/);
  });
});
