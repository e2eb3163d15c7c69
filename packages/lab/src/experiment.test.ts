import { createReferenceBackend } from '@softmoe/backend';
import { parameterError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from './config.ts';
import { PhaseError, SnapshotError } from './errors.ts';
import { createExperiment, type Experiment, restoreExperiment } from './experiment.ts';
import type { ExperimentEvent } from './phases.ts';
import { resumePipeline, runPipeline } from './pipeline.ts';
import { type ExperimentResult, summaryOf } from './result.ts';
import { InterruptedError } from './snapshot.ts';

const small: ConfigInput = {
  inputDim: 24,
  teachers: 2,
  students: 8,
  seed: 1,
  train: { time: 120 },
};

async function finish(experiment: Experiment): Promise<ExperimentEvent[]> {
  const events: ExperimentEvent[] = [];
  for (let event = await experiment.next(); event; event = await experiment.next()) {
    events.push(event);
  }
  return events;
}

/** Everything in a result but the time it took. */
function timeless(result: ExperimentResult) {
  return { ...summaryOf(result), seconds: 0, timing: 0, models: result.models };
}

describe('an experiment', () => {
  it('goes from training through pruning and fine-tuning to a certified result', async () => {
    const events = await finish(createExperiment(small));
    const trained = events.filter((event) => event.phase === 'train');
    expect(trained.at(-1)?.record.time).toBe(120);
    const phases = events.map((event) => event.phase);
    expect([...new Set(phases)]).toEqual(['train', 'prune', 'finetune', 'done']);
    const last = events.at(-1)!;
    if (last.phase !== 'done') throw new Error('no result');
    const { result } = last;
    expect(result).toMatchObject({
      recovered: 2,
      survivors: 2,
      missing: [],
      advice: [],
      certificate: { verdict: 'certified' },
    });
    const [pruned] = events.flatMap((event) => (event.phase === 'prune' ? [event.pruned] : []));
    expect(result.origins.map(([first]) => first! - 1)).toEqual(pruned!.kept);
    expect(new Set(result.origins.flat()).size).toBe(result.origins.flat().length);
    expect(result.parameterError).toBeLessThanOrEqual(1e-12);
    expect(parameterError(result.models.final, result.models.teacher)).toBe(result.parameterError);
    expect(result.models.final.spec.inputDim).toBe(24);
    for (const j of [0, 1]) {
      expect(result.milestones.router[j]).toBeGreaterThan(result.milestones.expert[j]!);
    }
  });

  it('goes on from a snapshot at any point, cloned, to the same bits', async () => {
    const whole = await finish(createExperiment(small));
    const result = timeless(await runPipeline(small));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (cut) => {
        const first = createExperiment(small);
        for (let i = 0; i < cut; i++) await first.next();
        const snapshot = structuredClone(first.snapshot());
        expect(timeless(await resumePipeline(snapshot))).toEqual(result);
      }),
      { numRuns: 8, examples: [[0], [1], [whole.length - 1]] },
    );
  });

  it('tells in which variant its exact loss was computed, and gives the same but for last bits in either', async () => {
    const results = await Promise.all(
      [undefined, 'float64', 'float64-simd'].map(async (name) => {
        const variant = name as ConfigInput['variant'];
        return runPipeline({ ...small, train: { time: 60 }, ...(variant ? { variant } : {}) });
      }),
    );
    const [before, javascript, simd] = results;
    expect(before!.variant).toEqual({ sampled: null, population: 'float64' });
    expect(before!.config).not.toHaveProperty('variant');
    expect(timeless(javascript!)).toEqual({ ...timeless(before!), config: javascript!.config });
    expect(simd!.variant).toEqual({ sampled: null, population: 'float64-simd' });
    expect(simd!.loss.start).toBeCloseTo(javascript!.loss.start, 13);
    expect(simd!.survivors).toBe(javascript!.survivors);
  });

  it('goes on from a snapshot in the variant that it began in', async () => {
    for (const variant of ['float64', 'float64-simd'] as const) {
      const whole = createExperiment({ ...small, variant });
      const expected = await finish(whole);
      const experiment = createExperiment({ ...small, variant });
      for (let i = 0; i < 10; i++) await experiment.next();
      const rest = await finish(restoreExperiment(structuredClone(experiment.snapshot())));
      const [last, again] = [expected.at(-1), rest.at(-1)];
      if (last?.phase !== 'done' || again?.phase !== 'done') throw new Error('no result');
      expect(timeless(again.result)).toEqual(timeless(last.result));
    }
  });

  it('tells the phase of the next event, its milestones and its student at any time', async () => {
    const experiment = createExperiment(small);
    let expected = experiment.phase;
    for (let event = await experiment.next(); event; event = await experiment.next()) {
      // The end of fine-tuning shows only in the event after it.
      if (expected !== 'finetune') expect(event.phase).toBe(expected);
      expected = experiment.phase;
      if (event.phase === 'train') expect(experiment.student.spec).toMatchObject({ experts: 8 });
      if (event.phase === 'prune') expect(experiment.student).toEqual(event.model);
      if (event.phase === 'done') {
        expect(experiment.student).toEqual(event.result.models.final);
        expect(experiment.milestones).toEqual(event.result.milestones);
      }
    }
  });

  it('has no more events after the result', async () => {
    const experiment = createExperiment(small);
    await finish(experiment);
    expect(experiment.phase).toBe('done');
    expect(await experiment.next()).toBeUndefined();
  });

  it('says which expert it missed and what to change', async () => {
    const { missing, advice, certificate, warnings, parameterError } = await runPipeline({
      ...small,
      students: 1,
      finetune: { maxSteps: 500 },
    });
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatchObject({
      teacherExpert: expect.any(Number),
      expert: expect.any(Number),
    });
    expect(advice).toContainEqual({ kind: 'students-needed', value: 2 });
    expect(warnings[0]).toEqual({ kind: 'too-few-students', value: 1, teachers: 2 });
    expect(parameterError).toBeNull();
    expect(certificate.verdict).not.toBe('certified');
  });

  it('trains online on a backend, and asks for one', async () => {
    const online: ConfigInput = {
      ...small,
      inputDim: 8,
      engine: 'online',
      train: { time: 40, batchSize: 512, step: 0.1 },
      finetune: { maxSteps: 100 },
    };
    const result = await runPipeline(online, { backend: createReferenceBackend() });
    expect(result.engine).toBe('online');
    expect(result.loss.trained).toBeLessThan(result.loss.start);
    await expect(runPipeline(online)).rejects.toThrow(/engine: needs a backend/);
  });

  it('prunes when asked, to the size asked for, and its config then gives the same run', async () => {
    const experiment = createExperiment(small);
    for (let i = 0; i < 40; i++) await experiment.next();
    experiment.prune({ rule: 'size', size: 3 });
    expect(experiment.phase).toBe('prune');
    const pruned = (await experiment.next())!;
    expect(pruned.phase === 'prune' && pruned.model.spec.experts).toBe(3);
    expect(experiment.config.train.time).toBeLessThan(120);
    experiment.prune({ rule: 'size', size: 2 });
    const events = await finish(experiment);
    const last = events.at(-1)!;
    if (last.phase !== 'done') throw new Error('no result');
    const again = await runPipeline(experiment.config);
    expect(again.loss.trained).toBeCloseTo(last.result.loss.trained, 12);
    expect(again.survivors).toBe(2);
    expect(last.result.certificate.verdict).toBe('certified');
    expect(again.certificate.mu).toBeCloseTo(last.result.certificate.mu, 9);
  });

  it('fine-tunes again by another method, from the pruned student', async () => {
    const experiment = createExperiment(small);
    await finish(experiment);
    experiment.finetune('levenbergMarquardt');
    const restored = restoreExperiment(structuredClone(experiment.snapshot()));
    const events = await finish(restored);
    const last = events.at(-1)!;
    if (last.phase !== 'done') throw new Error('no result');
    expect(last.result.certificate.observedOrder).toBeGreaterThan(1.5);
    expect(last.result.config.finetune.method).toBe('levenbergMarquardt');
    expect(events.filter(({ phase }) => phase === 'train')).toHaveLength(0);
  });

  it('goes on after an abort that came too late for the event under way', async () => {
    const every = { ...small, train: { time: 120, recordEvery: 1e-3 } };
    const experiment = createExperiment(every);
    await experiment.next();
    for (let i = 0; i < 5; i++) {
      const abort = new AbortController();
      const under = experiment.next(abort.signal);
      abort.abort();
      await under.catch((error: unknown) => expect(error).toBeInstanceOf(InterruptedError));
      expect(await experiment.next()).toMatchObject({ phase: 'train' });
    }
    const events = await finish(experiment);
    const last = events.at(-1)!;
    if (last.phase !== 'done') throw new Error('no result');
    expect(timeless(last.result)).toEqual(timeless(await runPipeline(every)));
  });

  it('says when pruning or fine-tuning is not yet possible', async () => {
    const experiment = createExperiment(small);
    expect(() => experiment.prune()).toThrow(PhaseError);
    await experiment.next();
    expect(() => experiment.prune()).toThrow(/prune: is too early/);
    expect(() => experiment.finetune()).toThrow(/Prune first/);
    const under = experiment.next();
    expect(() => experiment.prune()).toThrow(/must wait/);
    await under;
    experiment.prune();
    expect(experiment.phase).toBe('prune');
  });

  it('starts from a student that it is given, also after a restart', async () => {
    const { models } = await runPipeline(small);
    const config = { ...small, students: 2 };
    const experiment = createExperiment(config, { student: models.pruned });
    const first = (await experiment.next())!;
    if (first.phase !== 'train') throw new Error('no record');
    const snapshot = structuredClone(experiment.snapshot());
    const again = (await restoreExperiment(snapshot).next())!;
    const next = (await experiment.next())!;
    if (again.phase !== 'train' || next.phase !== 'train') throw new Error('no record');
    expect(first.record.loss).toBeLessThan(1e-2);
    expect(again.record.loss).toBe(next.record.loss);
    expect(() => createExperiment(small, { student: models.pruned })).toThrow(/8 units/);
    expect(() => createExperiment({ ...config, gate: 'tanh' }, { student: models.pruned })).toThrow(
      /another gate/,
    );
  });

  it.each([1, 2, 4])('refuses a snapshot of version %d', (version) => {
    const snapshot = { ...createExperiment(small).snapshot(), version: version as 3 };
    expect(() => restoreExperiment(snapshot)).toThrow(SnapshotError);
    expect(() => restoreExperiment(snapshot)).toThrow(
      /^snapshot.version: .*Start again from its config/,
    );
  });
});

describe('a pipeline', () => {
  it('stops when aborted, with a snapshot to go on from', async () => {
    const abort = new AbortController();
    let events = 0;
    const stopped = runPipeline(small, {
      signal: abort.signal,
      onRecord: () => {
        if (++events === 20) abort.abort();
      },
    });
    const error = await stopped.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(events).toBe(20);
    const resumed = await resumePipeline((error as InterruptedError).snapshot);
    expect(timeless(resumed)).toEqual(timeless(await runPipeline(small)));
  });

  it('stops in its certificate too, and goes on from there', async () => {
    const expected = await finish(createExperiment(small));
    const experiment = createExperiment(small);
    for (let n = 0; n < expected.length - 1; n++) await experiment.next();
    const abort = new AbortController();
    const under = experiment.next(abort.signal);
    abort.abort();
    const error = await under.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InterruptedError);
    const last = expected.at(-1)!;
    if (last.phase !== 'done') throw new Error('no result');
    const resumed = await resumePipeline((error as InterruptedError).snapshot);
    expect(timeless(resumed)).toEqual(timeless(last.result));
    const done = await experiment.next();
    if (done?.phase !== 'done') throw new Error('no result');
    expect(timeless(done.result)).toEqual(timeless(last.result));
  });
});
