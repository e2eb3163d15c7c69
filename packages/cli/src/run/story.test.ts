import { type ConfigInput, presetConfig, runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import { beforeAll, describe, expect, it } from 'vitest';
import { story } from './story.ts';

const run = async (changes: ConfigInput): Promise<Summary> =>
  summaryOf(
    await runPipeline(
      presetConfig('quick', { inputDim: 24, teachers: 2, students: 8, ...changes }),
    ),
  );
const asked = (size: number) => ({ prune: { rule: 'size', size } }) as const;

describe('the story', () => {
  let right: Summary;
  let few: Summary;
  let many: Summary;
  beforeAll(async () => {
    right = await run({ seed: 1 });
    few = await run({ seed: 1, ...asked(1) });
    many = await run({ seed: 1, ...asked(5), finetune: { maxSteps: 3000 } });
  });

  it('names the cliff where pruning did not stop at it', () => {
    expect(story(right)).toMatch(/one unit fewer costs [\d.]+ times the loss\n/);
    for (const other of [few, many])
      expect(story(other)).toMatch(/; the cliff is at 2, of [\d.]+ times\n/);
    const slope = [3, 2, 1, 0].map((size) => ({ size, loss: 0.5 - 0.05 * size }));
    expect(story({ ...right, elimination: slope })).toMatch(/; there is no clear cliff\n/);
  });

  it('says what a step multiplies: the loss, or what it has above its limit', () => {
    expect(story(right)).toMatch(/a step multiplies the loss by 0\.\d{6}/);
    expect(story(few)).toMatch(
      /a step multiplies the excess of the loss over its limit 0\.\d+ by 0\.\d{6}/,
    );
    expect(story(many)).not.toMatch(/Linear convergence|multiplies/);
  });

  it('speaks of linear convergence only where the rates agree', () => {
    expect(story(right)).toMatch(/Linear convergence, as the Hessian predicts/);
    const off = story({ ...right, contraction: { predicted: 0.84, measured: 0.9 } });
    expect(off).toMatch(/Convergence not as the Hessian predicts/);
    expect(off).not.toMatch(/Linear/);
  });

  it('speaks of guidance only under gates that give experts a head start', () => {
    expect(story(right)).toMatch(/the expert aligns first and then guides its router/);
    const tanh = story({ ...right, config: { ...right.config, gate: 'tanh' } });
    expect(tanh).toMatch(/the expert aligns before its router/);
    expect(tanh).not.toMatch(/guides/);
  });

  it('speaks of merged duplicates only where there are some', () => {
    expect(story(right)).toMatch(/Duplicates merged/);
    const alone = { ...right, origins: right.origins.map(([unit]) => [unit!]) };
    expect(story(alone)).not.toMatch(/merged/);
  });

  it('says what is proved, or which inequality is not, and nothing of results from before', () => {
    expect(story(right)).toMatch(/, certified and proved, /);
    expect(story(right)).toMatch(
      /\n {3}proved: in the ball of radius 0\.00\d+ around .* only critical point, and gradient descent from here converges to it\.\n {3}From \S+ away each step/,
    );
    expect(story(few)).toMatch(/\n {3}not proved: the student has 1 units? and the teacher 2/);
    expect(story(few)).not.toMatch(/\bproved, |and proved/);
    const { proof: _, proofFailure: __, ...before } = right.certificate;
    expect(story({ ...right, certificate: before })).not.toMatch(/proved/);
  });

  it('advises another size where one was asked for', () => {
    expect(story(few)).toMatch(/Ask for more than 1 units? with --prune size:N/);
    expect(story(few)).not.toMatch(/--seed|Train longer/);
    expect(story(many)).toMatch(/Ask for fewer than 5 units/);
  });
});
