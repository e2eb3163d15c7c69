import { createReferenceBackend } from '@softmoe/backend';
import { runPipeline, summaryOf } from '@softmoe/lab';
import { loadMoE } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import type { Reply, RunRequest } from '../protocol.ts';
import { table, tableOf } from '../session/files.ts';
import { Runner } from './runner.ts';

const config = { inputDim: 24, teachers: 2, students: 8, seed: 1, train: { time: 120 } };

/** A runner at full speed, and what it has said. */
function start(options: {
  autoplay: boolean;
  paused?: boolean;
  config?: unknown;
  strict?: boolean;
  /** Why the backend is not TensorFlow.js. */
  why?: string;
}) {
  const replies: Reply[] = [];
  const waiting: { is: (reply: Reply) => boolean; resolve: (reply: Reply) => void }[] = [];
  const backend = createReferenceBackend();
  const { why } = options;
  const chosen = { backend, kernel: 'float64', sentence: '', ...(why && { why }) };
  const runner = new Runner(
    async () => chosen,
    (reply) => {
      replies.push(structuredClone(reply));
      for (const entry of waiting.filter(({ is }) => is(reply))) entry.resolve(reply);
    },
  );
  const send = (request: RunRequest) => runner.handle(request);
  const next = (is: (reply: Reply) => boolean) =>
    new Promise<Reply>((resolve) => waiting.push({ is, resolve }));
  const activity = (name: string) =>
    next((reply) => reply.type === 'activity' && reply.activity === name);
  const of = <T extends Reply['type']>(type: T) =>
    replies.filter((reply): reply is Extract<Reply, { type: T }> => reply.type === type);
  send({ type: 'pace', speed: Number.POSITIVE_INFINITY, autoplay: options.autoplay });
  send({
    type: 'start',
    run: 1,
    source: { kind: 'config', config: options.config ?? config },
    paused: options.paused ?? false,
    strict: options.strict ?? false,
  });
  return { send, next, activity, of };
}

const timeless = (summary: object) => ({ ...summary, seconds: 0, timing: 0 });

describe('a runner', () => {
  it('runs to the numbers of the pipeline', async () => {
    const { activity, of } = start({ autoplay: true });
    await activity('done');
    const [done] = of('done');
    expect(timeless(done!.summary)).toEqual(timeless(summaryOf(await runPipeline(config))));
    expect(of('frame').every(({ frame }) => !('state' in frame.record))).toBe(true);
  });

  it('waits for a command between the phases', async () => {
    const { send, activity, of } = start({ autoplay: false });
    await activity('waiting');
    expect(of('pruned')).toHaveLength(0);
    let next = activity('waiting');
    send({ type: 'prune', rule: { rule: 'size', size: 3 } });
    await next;
    expect(of('pruned')[0]?.report.kept).toHaveLength(3);
    next = activity('waiting');
    send({ type: 'prune', rule: { rule: 'cliff' } });
    await next;
    expect(of('pruned')[1]?.report.kept).toHaveLength(2);
    next = activity('done');
    send({ type: 'finetune', method: 'levenbergMarquardt' });
    await next;
    expect(of('done')[0]?.summary.certificate.verdict).toBe('certified');
  });

  it('steps one record at a time, and prunes in mid-flight', async () => {
    const { send, activity, of } = start({ autoplay: false, paused: true });
    await activity('paused');
    expect(of('frame')).toHaveLength(0);
    for (let step = 1; step <= 3; step++) {
      const stepped = activity('paused');
      send({ type: 'step' });
      await stepped;
    }
    expect(of('frame').map(({ frame }) => frame.record.step)).toHaveLength(3);
    const next = activity('waiting');
    send({ type: 'prune', rule: { rule: 'size', size: 5 } });
    await next;
    expect(of('pruned')[0]).toMatchObject({ config: { prune: { rule: 'size', size: 5 } } });
  });

  it('pauses within the event under way', async () => {
    const { send, next, activity, of } = start({ autoplay: false });
    await next((reply) => reply.type === 'frame');
    const paused = activity('paused');
    const seen = of('frame').length;
    send({ type: 'pause' });
    await paused;
    const stopped = of('frame').length;
    expect(stopped - seen).toBeLessThanOrEqual(1);
    // A snapshot waits its turn, so whatever was under way before it would be here by now.
    const snapshot = next((reply) => reply.type === 'snapshot');
    send({ type: 'snapshot', id: 1 });
    await snapshot;
    expect(of('frame')).toHaveLength(stopped);
  });

  it('says what went wrong, and goes on', async () => {
    const { send, next, activity, of } = start({ autoplay: false, paused: true });
    await activity('paused');
    const error = next((reply) => reply.type === 'error');
    send({ type: 'prune' });
    expect(await error).toMatchObject({ during: 'prune', error: { remedy: expect.any(String) } });
    const waiting = activity('waiting');
    send({ type: 'resume' });
    await waiting;
    expect(of('frame').length).toBeGreaterThan(10);
  });

  it('trains no further than it may, and goes on from there', async () => {
    const { send, next, activity, of } = start({ autoplay: false });
    send({ type: 'until', time: 20 });
    const times = () => of('frame').map(({ frame }) => frame.record.time);
    await expect.poll(() => times().at(-1)).toBeGreaterThanOrEqual(20);
    const waited = of('frame').length;
    // What leaves a run as it goes sets it going no further either.
    send({ type: 'pace', speed: Number.POSITIVE_INFINITY, autoplay: false });
    const snapshot = next((reply) => reply.type === 'snapshot');
    send({ type: 'snapshot', id: 1 });
    await snapshot;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(of('frame')).toHaveLength(waited);
    expect(
      times()
        .slice(0, -1)
        .every((time) => time < 20),
    ).toBe(true);
    const waiting = activity('waiting');
    send({ type: 'until', time: Number.POSITIVE_INFINITY });
    await waiting;
    expect(times().at(-1)).toBe(120);
  });

  it('asks for a backend only where it samples, and for no stand-in where none will do', async () => {
    const exact = start({ autoplay: false });
    await exact.activity('waiting');
    expect(exact.of('starting')).toHaveLength(0);
    expect(exact.of('started')[0]?.runsOn.backend).toBeUndefined();
    const online = { inputDim: 16, teachers: 2, students: 4, engine: 'online', train: { time: 1 } };
    const why = 'TensorFlow.js did not start.';
    const lenient = start({ autoplay: false, config: online, why });
    await lenient.activity('waiting');
    expect(lenient.of('starting')).toHaveLength(1);
    expect(lenient.of('started')[0]?.runsOn).toMatchObject({ why, backend: { name: 'reference' } });
    const strict = start({ autoplay: false, config: online, why, strict: true });
    await strict.activity('failed');
    expect(strict.of('refused')).toMatchObject([{ run: 1, reports: [{ message: why }] }]);
  });

  it('refuses a bad config with its field, the value and the nearest that will do', async () => {
    const { activity, of } = start({ autoplay: false, config: { inputDim: -1 } });
    await activity('failed');
    expect(of('refused')[0]).toMatchObject({
      run: 1,
      reports: [{ field: 'inputDim', value: -1, nearest: 10 }],
      config: { inputDim: 1000, teachers: 5 },
    });
  });

  it('goes on with its run where the next one is refused, be it a config or a file', async () => {
    const { send, next, activity, of } = start({ autoplay: false });
    await next((reply) => reply.type === 'frame');
    const bytes = new TextEncoder().encode('hello');
    const sources = [
      { kind: 'config', config: { inputDim: 8, teachers: 8 } },
      { kind: 'file', name: 'notes.txt', bytes, config: {}, as: 'student' },
    ] as const;
    for (const [i, source] of sources.entries()) {
      const refused = next((reply) => reply.type === 'refused');
      send({ type: 'start', run: i + 2, source });
      expect(await refused).toMatchObject({ run: i + 2 });
    }
    await activity('waiting');
    expect(of('started')).toHaveLength(1);
    expect(of('frame').every(({ run }) => run === 1)).toBe(true);
    expect(of('frame').at(-1)!.frame.record.time).toBeGreaterThan(100);
    expect(of('activity').some((reply) => reply.activity === 'failed')).toBe(false);
  });

  it('goes on from its snapshot, and draws planes', async () => {
    const { send, next, activity, of } = start({ autoplay: false });
    send({
      type: 'plane',
      axes: [
        { kind: 'expert', teacher: 0 },
        { kind: 'router', teacher: 0 },
      ],
      unit: { of: 'teacher', index: 0 },
    });
    await activity('waiting');
    const drawn = of('plane').at(-1);
    expect(drawn?.plane.student.every(Number.isFinite)).toBe(true);
    // Other teacher experts are orthogonal, so that on this plane they are silent.
    expect(drawn?.unit).toMatchObject({ of: 'teacher', index: 0 });
    for (const [i, value] of drawn!.plane.teacher.entries()) {
      expect(drawn!.unit!.values[i]).toBeCloseTo(value, 12);
    }
    const snapshot = next((reply) => reply.type === 'snapshot');
    send({ type: 'snapshot', id: 1 });
    const reply = await snapshot;
    if (reply.type !== 'snapshot' || !reply.snapshot) throw new Error('no snapshot');
    const again = activity('waiting');
    send({
      type: 'start',
      run: 2,
      source: { kind: 'snapshot', snapshot: structuredClone(reply.snapshot) },
    });
    await again;
    const done = activity('done');
    send({ type: 'prune' });
    send({ type: 'finetune' });
    await done;
    const summary = of('done')[0]!.summary;
    expect(summary.loss).toEqual((await runPipeline(config)).loss);
  });

  it('gives its model, and frames of which each stage is a table', async () => {
    const { send, next, activity, of } = start({ autoplay: true });
    await activity('done');
    const model = next((reply) => reply.type === 'model');
    send({ type: 'model', id: 2 });
    const reply = await model;
    if (reply.type !== 'model' || !reply.bytes) throw new Error('no model');
    expect(loadMoE(reply.bytes).spec.experts).toBe(2);
    const frames = of('frame').map(({ frame }) => frame);
    const trained = table('train.csv', frames);
    const tuned = table('finetune.csv', frames);
    expect(trained).toMatch(/^step,time,loss,gradientNorm,.*amplitude_7/);
    expect(tuned).toMatch(/^step,time,loss,gradientNorm,/);
    const linesOf = (phase: string) => 1 + frames.filter((frame) => frame.phase === phase).length;
    // One table a file: every line has as many fields as the first.
    for (const [text, phase] of [
      [trained, 'train'],
      [tuned, 'finetune'],
    ] as const) {
      const lines = text!.trimEnd().split('\n');
      expect(lines).toHaveLength(linesOf(phase));
      expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
    }
    expect(table('finetune-online.csv', frames)).toBeUndefined();
    expect(tableOf({ ...frames.at(-1)!, stage: 'online' })).toBe('finetune-online.csv');
    expect(frames.length).toBeGreaterThan(50);
  });
});
