import { createExperiment, type ExperimentResult, runPipeline, summaryOf } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { narrate, type Scene } from './narrate.ts';

const config = createExperiment({ inputDim: 24, teachers: 2, students: 8, seed: 1 }).config;
const scene: Scene = {
  config,
  phase: 'train',
  start: undefined,
  latest: undefined,
  tuned: undefined,
  milestones: { expert: [null, null], router: [null, null] },
  pruned: undefined,
  summary: undefined,
};
const pruned = {
  kept: [1, 4],
  merged: [],
  curve: [
    { size: 2, loss: 1e-4 },
    { size: 1, loss: 0.1 },
  ],
  lossBefore: 1e-4,
  lossAfter: 1e-5,
  time: 120,
};

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

  it('asks for pruning, then for fine-tuning', () => {
    const record = {
      loss: 0.1,
      alignment: { expert: [1, 1], router: [1, 1], student: [0, 1] },
    } as Scene['latest'];
    const trained = { ...scene, phase: 'prune', start: record, latest: record } as const;
    expect(narrate(trained).title).toMatch(/press Prune/);
    const after = narrate({ ...trained, phase: 'finetune', pruned });
    expect(after.title).toBe('Pruned: 8 → 2 units. Now press Fine-tune');
    expect(after.text).toMatch(/1,000 times larger/);
    expect(
      narrate({
        ...trained,
        phase: 'finetune',
        pruned,
        tuned: { phase: 'finetune', stage: 'exact', record: record! },
      }).title,
    ).toMatch(/straight line/);
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
    expect((await told(8)).title).toBe('Certified: all 2 teacher experts recovered');
    const bad = await told(1);
    expect(bad.title).toMatch(/^Not recovered: teacher expert [12]\. Not certified/);
    expect(bad.text).toMatch(/Use more students/);
    expect(bad.text).not.toMatch(/--/);
  });
});
