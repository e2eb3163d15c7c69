import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../presets.ts';
import { renderSvg } from '../report/render-svg.ts';
import { type Claim, type Outcome, scales, seeds } from './claim.ts';
import { claims, selectClaims } from './claims.ts';
import type { Finding } from './finding.ts';
import { claimFunctions } from './measurements/measurements.ts';

const claim = (id: string): Claim => selectClaims([id])[0]!;
const done = (kind: string, input: unknown, output: unknown): Outcome => ({
  kind,
  input,
  status: 'done',
  output,
});

/** The outcomes of what a claim plans, each with the output that `output` makes of its input. */
function outcomes(id: string, output: (input: never, kind: string) => unknown): Outcome[] {
  return claim(id)
    .plan('quick')
    .map(({ kind, input }) => done(kind, input, output(input as never, kind)));
}

function judge(id: string, output: (input: never, kind: string) => unknown): Finding {
  return claim(id).judge(outcomes(id, output));
}

const flip = (seed: number, share: number) => (seed * 0.618034) % 1 < share;

describe('every claim', () => {
  it('plans more with each scale, in tasks that workers know', () => {
    for (const { plan, id } of claims) {
      const sizes = scales.map((scale) => plan(scale).length);
      expect(sizes, id).toEqual([...sizes].sort((a, b) => a - b));
      expect(sizes[0], id).toBeGreaterThan(0);
      for (const { kind, seconds } of plan('full')) {
        expect(kind === 'experiment' || Object.hasOwn(claimFunctions, kind), kind).toBe(true);
        expect(seconds).toBeGreaterThan(0);
      }
    }
  });

  it('takes about two minutes quick and at most half an hour full on two cores, by its estimates', () => {
    const minutes = (scale: 'quick' | 'full') =>
      claims.flatMap(({ plan }) => plan(scale)).reduce((sum, { seconds }) => sum + seconds, 0) /
      120;
    expect(minutes('quick')).toBeLessThan(2.5);
    expect(minutes('full')).toBeLessThan(30);
  });

  it.each(claims.map(({ id }) => [id]))(
    '%s is undecided, not wrong, when all measurements failed',
    (id) => {
      const failed = claim(id)
        .plan('tiny')
        .map(({ kind, input }): Outcome => {
          return {
            kind,
            input,
            status: 'failed',
            error: { name: 'DivergedError', message: 'loss' },
          };
        });
      const { verdict, sentences, figures } = claim(id).judge(failed);
      expect(verdict).not.toBe('holds');
      expect(sentences.join(' ')).toMatch(/failed/);
      for (const figure of figures) expect(renderSvg(figure)).toMatch(/<svg[\s\S]*<\/svg>/);
    },
  );
});

describe('C1 feature learning', () => {
  const summary =
    (expert: number, router: number) =>
    ({ seed }: { seed: number }) => ({
      seed,
      teachers: 5,
      recovered: 5,
      alignment: { trained: { expert: new Array(5).fill(expert), router: [1, 1, 1, 1, router] } },
    });

  it.each([
    [0.99, 0.91, 'holds'],
    [0.99, 0.89, 'fails'],
    [0.5, 0.99, 'fails'],
  ])('with experts at %d and one router at %d: %s', (expert, router, verdict) => {
    expect(judge('C1', summary(expert, router)).verdict).toBe(verdict);
  });

  it('is undecided when some seeds miss something', () => {
    const some = judge('C1', ({ seed }: { seed: number }) =>
      summary(0.99, seed % 7 === 0 ? 0.2 : 0.99)({ seed }),
    );
    expect(some.verdict).toBe('undecided');
    expect(some.numbers[0]!.value).toBeCloseTo(17 / 20, 12);
  });
});

describe('C2 guidance', () => {
  const run = (lag: number, routerAtExpert: number) => () => ({
    pairs: new Array(3).fill({ unit: 0, expert: 30, router: 30 + lag, routerAtExpert }),
  });

  it('holds if routers come later, and fails if they come first', () => {
    expect(judge('C2', run(14, 0.01)).verdict).toBe('holds');
    expect(judge('C2', run(-14, 0.7)).verdict).toBe('fails');
    const mixed = judge('C2', ({ seed }: { seed: number }) =>
      run(flip(seed, 0.85) ? 5 : -5, 0.1)(),
    );
    expect(mixed.verdict).toBe('undecided');
  });

  it('C2a fails where frozen experts guide, and leaves out seeds without a joint run', () => {
    const frozen = (largest: number) => () => ({ joint: 30, time: 90, start: 0.1, largest });
    expect(judge('C2a', frozen(0.11)).verdict).toBe('holds');
    expect(judge('C2a', frozen(0.6)).verdict).toBe('fails');
    expect(judge('C2a', () => ({ ...frozen(0.11)(), joint: null })).verdict).toBe('undecided');
  });

  it('C2b compares with c₁² = 0.0427', () => {
    const placed =
      (speed: number) =>
      ({ seed }: { seed: number }) => ({
        speed: new Array(3).fill(speed * (1 + 0.001 * (seed % 5))),
        aligned: [12, 13, 14],
      });
    expect(judge('C2b', placed(0.0427)).verdict).toBe('holds');
    expect(judge('C2b', placed(0.03)).verdict).toBe('fails');
    expect(
      judge('C2b', () => ({ ...placed(0.0427)({ seed: 0 }), aligned: [null, null, null] })).verdict,
    ).toBe('fails');
  });

  it('C2c holds only if both the order and the phase are gone', () => {
    const gates =
      (tanh: () => unknown) =>
      ({ gate }: { gate: string }) =>
        gate === 'tanh' ? tanh() : run(14, 0.01)();
    expect(judge('C2c', gates(run(-2, 0.55))).verdict).toBe('holds');
    expect(judge('C2c', gates(run(4, 0.2))).verdict).toBe('fails');
    expect(judge('C2c', gates(run(-2, 0.55))).criteria.map(({ verdict }) => verdict)).toEqual(
      new Array(3).fill('holds'),
    );
  });
});

describe('C3 time scale', () => {
  /** Initial overlaps that vary by seed around 1/√d, and the time of a law. */
  const law =
    (time: (overlap: number, d: number) => number | null) =>
    ({ inputDim, seed }: { inputDim: number; seed: number }) => {
      const overlaps = [0, 1].map(
        (j) => (1 + (((seed * 2 + j) * 0.618034) % 1)) / Math.sqrt(inputDim),
      );
      return {
        initial: [overlaps],
        experts: overlaps.map((overlap) => {
          const t = time(overlap, inputDim);
          return t === null ? null : { unit: 0, time: t };
        }),
      };
    };

  it('holds for 4/3 of the inverse overlap', () => {
    const { verdict, numbers } = judge(
      'C3',
      law((overlap) => 4 / (3 * overlap) - 2),
    );
    expect(verdict).toBe('holds');
    expect(numbers[0]!.value).toBeCloseTo(0.5, 2);
    expect(numbers[1]!.value).toBeCloseTo(4 / 3, 6);
  });

  it('fails for a time of order d, and for another slope', () => {
    expect(
      judge(
        'C3',
        law((overlap) => 1 / overlap ** 2),
      ).verdict,
    ).toBe('fails');
    const slow = judge(
      'C3',
      law((overlap) => 2 / overlap - 2),
    );
    expect(slow.criteria.map(({ verdict }) => verdict)).toEqual(['holds', 'fails']);
  });

  it('counts what never aligned', () => {
    const censored = judge(
      'C3',
      law((overlap, d) => (overlap * Math.sqrt(d) < 1.2 ? null : 4 / (3 * overlap) - 2)),
    );
    expect(censored.numbers[1]!.value).toBeCloseTo(4 / 3, 6);
    expect(censored.sentences.join(' ')).toMatch(/8\d of 400 experts had not aligned/);
  });
});

describe('C4 sequential order', () => {
  const order =
    (time: (overlap: number) => number | null) =>
    ({ seed }: { seed: number }) => {
      const overlaps = [0, 1, 2, 3, 4].map((j) => 0.03 + 0.07 * (((seed * 5 + j) * 0.618034) % 1));
      return {
        initial: [overlaps],
        experts: overlaps.map((overlap) => {
          const t = time(overlap);
          return t === null ? null : { unit: 0, time: t };
        }),
      };
    };

  it('holds if the largest overlap comes first, fails if it comes last or chance rules', () => {
    expect(
      judge(
        'C4',
        order((overlap) => 1 / overlap),
      ).verdict,
    ).toBe('holds');
    expect(
      judge(
        'C4',
        order((overlap) => overlap),
      ).verdict,
    ).toBe('fails');
    expect(
      judge(
        'C4',
        order((overlap) => (overlap * 1e6) % 1),
      ).verdict,
    ).not.toBe('holds');
  });

  it('ranks what never came last', () => {
    const last = judge(
      'C4',
      order((overlap) => (overlap < 0.05 ? null : 1 / overlap)),
    );
    expect(last.verdict).toBe('holds');
    expect(last.sentences.join(' ')).toMatch(/[1-9]\d* teacher experts were not aligned/);
  });
});

describe('C5 over-parameterisation', () => {
  type Input = { config: { students: number; teachers: number; seed: number } };
  const recovered =
    (yes: (ratio: number, seed: number) => boolean) =>
    ({ config }: Input) => {
      const overlap = yes(config.students / config.teachers, config.seed) ? 0.95 : 0.3;
      return { expert: [overlap], router: [overlap] };
    };

  it('finds the smallest size that recovers', () => {
    const { verdict, numbers } = judge(
      'C5',
      recovered((ratio) => ratio >= 2),
    );
    expect(verdict).toBe('holds');
    expect(numbers[0]).toMatchObject({ value: 2, low: 2, high: 2 });
  });

  it('fails if no moderate size recovers, and if m = k is enough', () => {
    expect(
      judge(
        'C5',
        recovered(() => false),
      ).verdict,
    ).toBe('fails');
    expect(
      judge(
        'C5',
        recovered(() => true),
      ).verdict,
    ).toBe('fails');
  });

  it('has no upper limit where a few seeds stay out', () => {
    const { verdict, numbers } = judge(
      'C5',
      recovered((ratio, seed) => ratio >= 2 && seed % 40 !== 0),
    );
    expect(verdict).toBe('undecided');
    expect(numbers[0]).toMatchObject({ value: 2, low: 2, high: Infinity });
  });
});

describe('C6 pruning', () => {
  const pruned = (change: object) => () => ({
    teachers: 5,
    size: 5,
    nullLoss: 0.7,
    before: 1e-4,
    after: 1e-6,
    elimination: 1e-3,
    largestAmplitudes: 2e-3,
    random: [0.3, 0.5],
    ...change,
  });

  it('holds if the size is right and the baselines lose', () => {
    const { verdict, numbers } = judge('C6', pruned({}));
    expect(verdict).toBe('holds');
    expect(
      numbers.find(({ label }) => label.startsWith('loss of largest amplitudes / loss of pruning'))!
        .value,
    ).toBeCloseTo(2000, 6);
  });

  it('fails if the size is wrong, or a baseline wins', () => {
    expect(judge('C6', pruned({ size: 6 })).verdict).toBe('fails');
    expect(judge('C6', pruned({ largestAmplitudes: 1e-7 })).verdict).toBe('fails');
    expect(judge('C6', pruned({ random: [1e-7] })).verdict).toBe('fails');
  });
});

describe('C7 fine-tuning', () => {
  const times = [1000, 2000, 4000, 6000, 8000, 10_000];
  const descent = (loss: (t: number) => number) => ({
    units: 2,
    step: 1,
    points: times.map((step) => ({ step, loss: loss(step) })),
  });
  const power = descent((t) => t ** -2);
  const exponential = descent((t) => Math.exp(-0.002 * t));
  const made =
    (measured: number, over: unknown, change: object = {}) =>
    (_: unknown, kind: string) =>
      kind === 'experiment'
        ? {
            teachers: 3,
            survivors: 3,
            certificate: { verdict: 'certified' },
            contraction: { predicted: 0.9, measured },
            ...change,
          }
        : {
            teachers: 2,
            nullLoss: 0.7,
            shares: [0.5, 0.6],
            overparameterised: over,
            pruned: exponential,
          };

  it('holds for the predicted rate and a power-law tail without pruning', () => {
    const { verdict, numbers } = judge('C7', made(0.9, power));
    expect(verdict).toBe('holds');
    expect(numbers.find(({ label }) => label.startsWith('power q'))!.value).toBeCloseTo(2, 6);
  });

  it('fails for another rate, or for a tail that is exponential', () => {
    expect(judge('C7', made(0.95, power)).verdict).toBe('fails');
    expect(judge('C7', made(0.9, exponential)).verdict).toBe('fails');
  });

  it('takes rates only from runs that pruned to k and converged', () => {
    const found = judge('C7', made(0.95, power, { survivors: 4 }));
    expect(found.verdict).toBe('undecided');
    expect(found.sentences.join(' ')).toMatch(/0 of 16 runs pruned/);
  });
});

describe('C8 beyond the paper', () => {
  it('names what breaks', () => {
    const found = judge('C8', ({ config }: { config: { gate?: string } }) => {
      const overlap = config.gate === 'tanh' ? 0.4 : 0.99;
      return { expert: [overlap], router: [overlap] };
    });
    expect(found.verdict).toBe('fails');
    expect(found.sentences.join(' ')).toMatch(/breaks in: gate tanh \(0 % of seeds\)\./);
    const of = (group: string) =>
      found.criteria.find(({ text }) => text.startsWith(`${group}:`))!.verdict;
    expect([of('Gate'), of('Expert'), of('Base')]).toEqual(['fails', 'holds', 'holds']);
  });

  it('holds where all recovers', () => {
    expect(judge('C8', () => ({ expert: [1], router: [1] })).verdict).toBe('holds');
  });
});

it('claims are selected by id, C2 with its counterfactuals', () => {
  expect(selectClaims().map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
  expect(selectClaims(['C5', 'C2']).map(({ id }) => id)).toEqual(['C2', 'C2a', 'C2b', 'C2c', 'C5']);
  expect(selectClaims(['C2b']).map(({ id }) => id)).toEqual(['C2b']);
  expect(() => selectClaims(['C9'])).toThrow(/only: is not a claim .*C1, C2/);
});

it('C1 plans the canonical experiment', () => {
  expect(claim('C1').plan('quick')[3]!.input).toEqual(presetConfig('canonical', { seed: 3 }));
  expect(seeds(3)).toEqual([0, 1, 2]);
});
