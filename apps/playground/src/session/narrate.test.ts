import {
  createExperiment,
  type ExperimentResult,
  parseConfig,
  runPipeline,
  type Summary,
  summaryOf,
} from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../protocol.ts';
import { narrate } from './narrate.ts';
import type { Scene } from './narrate-ending.ts';

const config = createExperiment({ inputDim: 24, teachers: 2, students: 8, seed: 1 }).config;
const scene: Scene = {
  config,
  phase: 'train',
  start: undefined,
  latest: undefined,
  tuned: [],
  milestones: { expert: [null, null], router: [null, null] },
  pruned: undefined,
  summary: undefined,
};
const pruned = {
  kept: [1, 4],
  merged: [[1, 0], [4]],
  curve: [
    { size: 8, loss: 9e-5 },
    { size: 3, loss: 9.5e-5 },
    { size: 2, loss: 1e-4 },
    { size: 1, loss: 0.1 },
    { size: 0, loss: 0.2 },
  ],
  lossBefore: 1e-4,
  lossAfter: 1e-5,
  time: 120,
};
type Latest = NonNullable<Scene['latest']>;
const record = (loss: number, expert = [1, 1], router = [1, 1]) =>
  ({ loss, alignment: { expert, router, student: [0, 1] } }) as unknown as Latest;

/** Records of gradient descent, ten steps apart, whose loss and gradient go as told. */
const tuning = (
  n: number,
  loss: (step: number) => number,
  gradient: (step: number) => number,
): Frame[] =>
  Array.from({ length: n }, (_, i) => ({
    phase: 'finetune',
    stage: 'exact',
    record: { step: 10 * i, loss: loss(10 * i), gradientNorm: gradient(10 * i) } as Latest,
  }));

describe('narration', () => {
  it('tells who was found first', () => {
    const titles = [
      { expert: [null, null], router: [null, null] },
      { expert: [3, null], router: [null, null] },
      { expert: [3, 5], router: [9, null] },
      { expert: [3, 5], router: [9, 12] },
    ].map((milestones) => narrate({ ...scene, milestones }).title);
    expect(titles).toEqual([
      'Searching',
      'Experts first: 1 of 2 found',
      'Routers follow: 1 of 2, behind 2 experts',
      'All 2 experts and routers found',
    ]);
  });

  it('says nothing of experts that lead where routers do', () => {
    const ahead = narrate({ ...scene, milestones: { expert: [null, 9], router: [3, 4] } });
    expect(ahead.title).toBe('1 of 2 experts and 2 of 2 routers found');
    const { text } = narrate({ ...scene, milestones: { expert: [8, 9], router: [3, 4] } });
    expect(text).toMatch(/On average a router came 5\.0 time units before its expert/);
    expect(text).not.toMatch(/-|behind|after/);
  });

  it('says of a search that lasts where it has come to', () => {
    const searching = { ...scene, start: record(1, [0.1, 0.2]), latest: record(1, [0.3, 0.4]) };
    expect(narrate(searching).text).toMatch(/by 0\.40, from 0\.20 at the start/);
    const begun = narrate({ ...searching, latest: searching.start });
    expect(begun.text).toMatch(/by 0\.20, and that is all there is to climb/);
  });

  it('says what was found and lost again, and who is too many', () => {
    const found = { ...scene, milestones: { expert: [3, 5], router: [9, 12] } };
    const { text } = narrate({ ...found, latest: record(1, [0.9, 0.3]) });
    expect(text).toMatch(/By now 1 of them overlap by less than ½ again/);
    expect(text).toMatch(/6 more students than teacher experts/);
    const equal = { ...found, config: { ...config, students: 2 }, latest: record(1) };
    expect(narrate(equal).text).not.toMatch(/less than ½|more students/);
  });

  it('says what training did to the loss, and by which rule pruning will go', () => {
    const trained = (loss: number, prune: Scene['config']['prune']) =>
      narrate({
        ...scene,
        config: { ...config, prune },
        phase: 'prune',
        start: record(0.1),
        latest: record(loss),
      });
    const fell = trained(1e-3, { rule: 'cliff' });
    expect(fell.title).toBe('Learned. Now press Prune');
    expect(fell.text).toMatch(/fell from 0\.1 to 0\.001.*without being told/);
    const rose = trained(0.3, { rule: 'size', size: 3 });
    expect(rose.text).toMatch(/went from 0\.1 to 0\.3.*keep the 3 that are asked for/);
    expect(rose.text).not.toMatch(/fell|without being told/);
    expect(trained(0.3, { rule: 'tolerance', tolerance: 0.01 }).text).toMatch(/within 0\.01/);
    const half = { ...scene, phase: 'prune', start: record(1), latest: record(1, [1, 1], [1, 0]) };
    expect(narrate(half as Scene).title).toBe(
      'Training has ended. Press Prune to see what it found',
    );
  });

  it('says that pruning cost little only where it did, and where the cliff is', () => {
    const told = (kept: number[], merged = pruned.merged) =>
      narrate({ ...scene, phase: 'finetune', pruned: { ...pruned, kept, merged } });
    const cliff = told([1, 4]);
    expect(cliff.title).toBe('Pruned: 8 → 2 units. Now press Fine-tune');
    expect(cliff.text).toMatch(/Removing 6 units costs little/);
    expect(cliff.text).toMatch(
      /One unit fewer would make it 1,000 times as large: there is the cliff/,
    );
    expect(cliff.text).toMatch(/With duplicates merged it is 1\.0·10⁻⁵/);
    const few = told([1], [[1]]);
    expect(few.text).toMatch(/Removing 7 units costs 50 % of what they explain/);
    expect(few.text).toMatch(/the cliff is at 2 units/);
    expect(few.text).not.toMatch(/costs little|merged/);
    const many = told([1, 2, 4]);
    expect(many.text).toMatch(/1\.05 times as large; the cliff is at 2 units/);
  });

  it('tells a straight line from a curve and from a loss that is flat', () => {
    const tuned = (frames: Frame[]) =>
      narrate({ ...scene, phase: 'finetune', pruned, tuned: frames });
    const line = tuned(
      tuning(
        12,
        (n) => 1e-6 * 0.85 ** n,
        (n) => 1e-3 * 0.85 ** (n / 2),
      ),
    );
    expect(line.title).toBe('Fine-tuning: a straight line down');
    expect(line.text).toMatch(/every step multiplies the loss by 0\.850/);
    const curve = tuned(
      tuning(
        200,
        (n) => 1e-4 / (n + 20) ** 2,
        (n) => 1e-2 / (n + 20) ** 3,
      ),
    );
    expect(curve.title).toBe('Fine-tuning: slower and slower');
    expect(curve.text).not.toMatch(/linear|same factor|redundant/);
    const flat = tuned(
      tuning(
        12,
        (n) => 0.147 + 1e-6 * 0.85 ** n,
        (n) => 1e-3 * 0.85 ** (n / 2),
      ),
    );
    expect(flat.title).toBe('Fine-tuning: the loss is flat, above zero');
    expect(flat.text).toMatch(/every step multiplies its excess over a limit above zero by 0\.850/);
    expect(flat.text).toMatch(/The loss is 0\.15\.$/);
    const begun = tuned(
      tuning(
        2,
        (n) => 1e-6 * 0.85 ** n,
        () => 1,
      ),
    );
    expect(begun.title).toBe('Fine-tuning');
    expect(begun.text).not.toMatch(/linear|straight|every step/i);
  });

  it('never says of a student pruned to a wrong size what holds of the right one', async () => {
    const small = { inputDim: 24, teachers: 2, students: 8, seed: 1, train: { time: 120 } };
    const told = async (size: number) => {
      const tuned: Frame[] = [];
      let report: Scene['pruned'];
      const input = parseConfig({
        ...small,
        prune: { rule: 'size', size },
        finetune: { maxSteps: 4000 },
      });
      const result = await runPipeline(input, {
        onRecord(event) {
          if (event.phase === 'finetune') tuned.push(event as Frame);
          if (event.phase === 'prune') report = { ...event.pruned, time: 120 };
        },
      });
      const at = { ...scene, config: input, phase: 'finetune', pruned: report } as Scene;
      const texts = [
        narrate(at),
        narrate({ ...at, tuned }),
        narrate({ ...at, summary: summaryOf(result) }),
      ];
      return texts.map(({ title, text }) => `${title}. ${text}`);
    };
    const [, tunedRight, right] = await told(2);
    expect(tunedRight).toMatch(/straight line/);
    expect(right).toMatch(/^Certified and proved: all 2.*Proved: in the ball of radius/);
    const [prunedMany, tunedMany, many] = await told(5);
    expect(prunedMany).toMatch(/the cliff is at 2 units/);
    expect(tunedMany).toMatch(/slower and slower/);
    expect(many).toMatch(/^Not certified: it did not converge/);
    expect(many).toMatch(/Ask for fewer than 5 units/);
    const [prunedFew, tunedFew, few] = await told(1);
    expect(prunedFew).not.toMatch(/little|hardly/);
    expect(prunedFew).toMatch(/the cliff is at 2 units/);
    expect(tunedFew).toMatch(/the loss is flat, above zero/);
    expect(few).toMatch(/1 unit cannot be 2 teacher experts/);
    for (const text of [tunedMany, many, tunedFew, few]) {
      expect(text).not.toMatch(/straight line|nothing is redundant/);
    }
  });

  it('tells the end, also a bad one', async () => {
    const small = { inputDim: 24, teachers: 2, seed: 1, train: { time: 120 } };
    const told = async (students: number) => {
      const result: ExperimentResult = await runPipeline({
        ...small,
        students,
        finetune: { maxSteps: 400 },
      });
      return narrate({ ...scene, phase: 'done', pruned, summary: summaryOf(result) });
    };
    expect((await told(8)).title).toBe('Certified and proved: all 2 teacher experts recovered');
    const bad = await told(1);
    expect(bad.title).toMatch(/^Not recovered: teacher expert [12]\. Not certified/);
    expect(bad.text).toMatch(/Use more students/);
    expect(bad.text).not.toMatch(/--/);
  });

  it('says beside recovered whether other parameters could give the same function', async () => {
    const result = await runPipeline({ inputDim: 24, teachers: 2, students: 8, seed: 1 });
    const summary = summaryOf(result);
    const told = (changes: Partial<Summary>) =>
      narrate({ ...scene, phase: 'done', summary: { ...summary, ...changes } }).text;
    const lines = { kind: 'router-lines', value: 0, units: [1, 2] } as const;
    const { identifiability: _, ...older } = summary;
    const { text } = narrate({ ...scene, phase: 'done', summary: older });
    const routerLengths = { teacher: [2, 2], student: [2, 2] };
    expect(told({ routerLengths })).toMatch(
      /the teacher’s, to .* Routers, .* length 2\.0000, exactly/,
    );
    expect(told({})).toMatch(/minimum of zero loss\. Up to symmetry no other parameters/);
    expect(told({ identifiability: lines })).toMatch(/not shown.*experts 1 and 2 lie on one line/);
    expect(told({ recovered: 1, identifiability: lines })).toMatch(/not shown.*lie on one line/);
    expect(text).not.toMatch(/no other parameters give the teacher’s function/);
  });

  it('claims no parameters where there is no error to tell', async () => {
    const result = await runPipeline({ inputDim: 24, teachers: 2, students: 8, seed: 1 });
    const summary: Summary = { ...summaryOf(result), parameterError: null };
    expect(narrate({ ...scene, phase: 'done', summary }).text).not.toMatch(/student’s parameters/);
  });
});
