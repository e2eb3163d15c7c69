import type { Summary } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { routerLengthWords, verdictWords } from './verdict-words.ts';

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

describe('words of the lengths of routers', () => {
  it.each([
    [{ teacher: [2, 2], student: [2, 2] }, 'have length 2.0000, exactly the teacher’s.'],
    [{ teacher: [2, 0.5], student: [2.1, 0.5] }, 'have lengths 0.5000 to 2.1000, 0.1 from the'],
    [{ teacher: [2, 1], student: [null, 1.25] }, 'have length 1.2500, 0.25 from the teacher’s.'],
  ])('tell the range of those matched, and the largest difference: %j', (routerLengths, words) => {
    expect(routerLengthWords({ routerLengths })).toContain(words);
  });

  it('say nothing of routers of a fixed length, nor where no unit was matched', () => {
    expect(routerLengthWords({})).toBeUndefined();
    expect(routerLengthWords({ routerLengths: { teacher: [1], student: [null] } })).toBeUndefined();
  });
});
