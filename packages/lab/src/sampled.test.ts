import { createReferenceBackend } from '@softmoe/backend';
import { parameterError } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from './config.ts';
import { createExperiment, restoreExperiment } from './experiment.ts';
import { resumePipeline, runPipeline } from './pipeline.ts';
import { summaryOf } from './result.ts';
import type { Snapshot } from './snapshot.ts';
import { InterruptedError } from './snapshot.ts';

const softmax: ConfigInput = {
  inputDim: 6,
  teachers: 2,
  students: 4,
  seed: 1,
  routing: 'softmax',
  train: { batchSize: 128, step: 0.02, time: 16, recordEvery: 1 },
  finetune: { method: 'levenbergMarquardt', sampleSize: 400 },
};
const backend = createReferenceBackend();

describe('an experiment without a closed form', () => {
  it('recovers a softmax teacher: trained, pruned, fine-tuned and certified', async () => {
    const stages = new Set<string>();
    const result = await runPipeline(softmax, {
      backend,
      onRecord: (event) => {
        if (event.phase === 'finetune') stages.add(event.stage);
        if (event.phase === 'train') expect(event.teacher.spec.inputDim).toBeLessThanOrEqual(6);
      },
    });
    expect(result).toMatchObject({
      engine: 'subspace',
      recovered: 2,
      survivors: 2,
      online: null,
      certificate: { verdict: 'certified', estimate: { muError: expect.any(Number) } },
    });
    expect([...stages]).toEqual(['sample']);
    expect(result.parameterError).toBeLessThan(1e-13);
    expect(result.elimination.map(({ size }) => size)).toEqual([4, 3, 2, 1, 0]);
    expect(result.models.final.spec).toMatchObject({ routing: 'softmax', inputDim: 6 });
  });

  it('fits fewer points than parameters with another student: warned of before, uncertified after', async () => {
    const finetune = { ...softmax.finetune, sampleSize: 18 };
    const few = await runPipeline({ ...softmax, finetune }, { backend });
    expect(few.warnings).toEqual([
      { kind: 'small-sample', value: 18, needed: 19, teachers: 2 },
      { kind: 'coarse-times', value: 1 },
    ]);
    expect(few.survivors).toBe(2);
    expect(few.loss.final).toBeLessThan(1e-20);
    expect(few.certificate.verdict).toBe('degenerate');
    expect(few.parameterError).toBeGreaterThan(1e-3);
  });

  it('goes on from a snapshot in any phase to the same bits', async () => {
    const experiment = createExperiment(softmax, { backend });
    const snapshots: Snapshot[] = [];
    let events = 0;
    let before = '';
    for (let event = await experiment.next(); event; event = await experiment.next(), events++) {
      if (event.phase === before && events % 7 > 0) continue;
      before = event.phase;
      snapshots.push(structuredClone(experiment.snapshot()));
    }
    const bits = async (snapshot: Snapshot) => {
      const result = await resumePipeline(snapshot, { backend });
      return { ...summaryOf(result), seconds: 0, timing: 0, models: result.models };
    };
    const expected = await bits(snapshots[0]!);
    expect(expected.survivors).toBe(2);
    for (const snapshot of snapshots.slice(1, -1)) expect(await bits(snapshot)).toEqual(expected);
  });

  it('stops in the middle of a long pruning, and prunes later to the same result', async () => {
    const large = { ...softmax, students: 9, train: { ...softmax.train, time: 1 } };
    const experiment = createExperiment(large, { backend });
    while (experiment.phase === 'train') await experiment.next();
    const controller = new AbortController();
    setTimeout(() => controller.abort());
    await expect(experiment.next(controller.signal)).rejects.toThrow(InterruptedError);
    const resumed = restoreExperiment(structuredClone(experiment.snapshot()), { backend });
    const [first, second] = [await experiment.next(), await resumed.next()];
    expect(first?.phase).toBe('prune');
    expect(second).toEqual(first);
  });

  it('recovers relu experts behind independent gates', async () => {
    const result = await runPipeline(
      { ...softmax, routing: 'independent', expert: { kind: 'relu' }, inputDim: 8 },
      { backend },
    );
    expect(result).toMatchObject({ recovered: 2, survivors: 2 });
    expect(result.certificate.verdict).toBe('certified');
    expect(result.parameterError).toBeLessThan(1e-13);
  });

  it('trains online under softmax routing, in all input dimensions, with noise', async () => {
    const result = await runPipeline(
      {
        ...softmax,
        engine: 'online',
        train: { ...softmax.train, noise: 0.05 },
        finetune: { ...softmax.finetune, onlineSteps: 20 },
      },
      { backend },
    );
    expect(result.recovered).toBe(2);
    expect(result.online?.steps).toBe(20);
    expect(result.parameterError).toBeLessThan(1e-13);
  });

  it('starts from a student of its own routing only', async () => {
    const { models } = await runPipeline(
      { ...softmax, train: { ...softmax.train, time: 0.04 }, prune: { rule: 'size', size: 2 } },
      { backend },
    );
    const student = models.trained;
    const started = createExperiment(softmax, { backend, student }).student;
    expect(parameterError(started, student)).toBeLessThan(1e-14);
    const independent: ConfigInput = { ...softmax, routing: 'independent' };
    expect(() => createExperiment(independent, { backend, student })).toThrow(/student\.spec/);
  });

  it('asks for a backend', async () => {
    await expect(runPipeline(softmax)).rejects.toThrow(/engine: needs a backend.*subspace/);
  });

  it('has no router to recover where a softmax teacher is a single unit', async () => {
    const result = await runPipeline({ ...softmax, teachers: 1, students: 2 }, { backend });
    expect(result).toMatchObject({ recovered: 1, survivors: 1, missing: [] });
    expect(result.certificate.verdict).toBe('certified');
  });
});

it('follows the exact flow the closer, the more points a batch has', async () => {
  const overlapsAt2 = async (engine: 'exact' | 'subspace', batchSize: number) => {
    const experiment = createExperiment(
      {
        inputDim: 12,
        teachers: 2,
        students: 4,
        seed: 3,
        engine,
        train: { method: 'euler', time: 2, batchSize },
      },
      { backend },
    );
    for (;;) {
      const event = await experiment.next();
      if (event?.phase === 'train' && event.record.time >= 2) return event.record.overlaps!;
    }
  };
  const exact = await overlapsAt2('exact', 1);
  const distance = async (batchSize: number) => {
    const { expert } = await overlapsAt2('subspace', batchSize);
    return Math.hypot(...expert.data.map((overlap, i) => overlap - exact.expert.data[i]!));
  };
  const [few, many] = [await distance(256), await distance(256 * 64)];
  // Eight times closer by the law of large numbers.
  expect(many).toBeLessThan(few / 4);
  expect(many).toBeLessThan(0.1);
});
