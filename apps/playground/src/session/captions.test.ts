import { parseConfig } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import type { Frame, PruneReport } from '../protocol.ts';
import {
  alignmentTitle,
  eliminationTitle,
  guessWords,
  lossTitle,
  stillWords,
  sweepTitle,
  unitWords,
} from './captions.ts';

const frame = (step: number, loss: number, gradientNorm: number) =>
  ({
    phase: 'finetune',
    stage: 'exact',
    record: { step, time: step, loss, gradientNorm },
  }) as Frame;
const tuning = (loss: (n: number) => number, gradient: (n: number) => number) =>
  Array.from({ length: 30 }, (_, i) => frame(10 * i, loss(10 * i), gradient(10 * i)));
const { record: start } = frame(0, 0.5, 1);
const report = (curve: readonly (readonly [number, number])[]) =>
  ({ curve: curve.map(([size, loss]) => ({ size, loss })) }) as unknown as PruneReport;

describe('titles of figures', () => {
  it('say who came first only once it is measured, and only if it is so', () => {
    expect(alignmentTitle(undefined)).toBe('How experts and routers align.');
    expect(alignmentTitle({ expert: [1, 2], router: [3, null] })).toBe(
      'Experts align first, routers follow.',
    );
    expect(alignmentTitle({ expert: [1, 4], router: [3, 2] })).toBe(
      'How experts and routers align.',
    );
  });

  it('say how the loss goes, not how it should', () => {
    const title = (tuned: readonly Frame[]) => lossTitle({ start, tuned });
    const line = tuning(
      (n) => 1e-3 * 0.9 ** n,
      (n) => 0.9 ** (n / 2),
    );
    expect(title(line)).toBe('The loss falls, and in the end on a straight line.');
    const curve = tuning(
      (n) => 1e-2 / (n + 9) ** 2,
      (n) => 1 / (n + 9) ** 3,
    );
    expect(title(curve)).toBe('The loss falls, and in the end ever more slowly.');
    const flat = tuning(
      (n) => 0.1 + 1e-5 * 0.9 ** n,
      (n) => 0.9 ** (n / 2),
    );
    expect(title(flat)).toBe('The loss falls to a limit above zero.');
    expect(title([])).toBe('The loss');
    expect(title([frame(0, 0.9, 1)])).toBe('The loss');
  });

  it('say of a loss that has fallen before an expert was found nothing of standing still', () => {
    const train = [frame(0, 1, 1), frame(5, 0.99, 1), frame(9, 0.2, 1)];
    const milestones = (at: number | null) => ({ expert: [at], router: [null] });
    expect(stillWords(train, milestones(4))).toMatch(/still at 99 % .* t = 4\.0/);
    expect(stillWords(train, milestones(8))).toBe('');
    expect(stillWords(train, milestones(null))).toBe('');
  });

  it('claim a cliff only where there is one', () => {
    expect(eliminationTitle(undefined)).toBe('How many units are needed?');
    expect(
      eliminationTitle(
        report([
          [3, 1e-4],
          [2, 2e-4],
          [1, 0.2],
          [0, 0.3],
        ]),
      ),
    ).toMatch(/a cliff at 2\.$/);
    expect(
      eliminationTitle(
        report([
          [3, 0.2],
          [2, 0.25],
          [1, 0.28],
          [0, 0.3],
        ]),
      ),
    ).toMatch(/no clear cliff\.$/);
  });

  it('claim a law of dimensions only where times follow it', () => {
    expect(sweepTitle(undefined)).toMatch(/^How long/);
    expect(sweepTitle({ slope: 1, offset: 0, share: 0.97 })).toMatch(/of order √d$/);
    expect(sweepTitle({ slope: 1, offset: 0, share: 0.5 })).toBe('More dimensions, longer search');
    expect(sweepTitle({ slope: -1, offset: 0, share: 0.5 })).toMatch(/no longer search/);
  });
});

it('a guess is told how far off it was, and in which direction', () => {
  expect(guessWords(4, 4)).toBe('You said 4, and 4 it is.');
  expect(guessWords(6, 4)).toBe('You said 6: 2 too many. 4 are left.');
  expect(guessWords(1, 4)).toBe('You said 1: 3 too few. 4 are left.');
});

it('units are told in the words of the controls that make them', () => {
  const told = (input: object) => unitWords(parseConfig(input));
  expect(told({})).toBe('Routing independent, Gate sigmoid, Expert He₃/√6 (cubic)');
  expect(told({ gate: 'tanh', expert: { kind: 'relu' } })).toBe(
    'Routing independent, Gate tanh, Expert ReLU',
  );
  expect(told({ routing: 'softmax', expert: { kind: 'hermite', degree: 2 } })).toBe(
    'Routing softmax, Expert Hermite, degree 2',
  );
});
