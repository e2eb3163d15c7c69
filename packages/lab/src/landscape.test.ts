import { describe, expect, it } from 'vitest';
import type { ConfigInput } from './config.ts';
import { parseConfig } from './config.ts';
import { createExperiment, restoreExperiment } from './experiment.ts';
import { recordLine } from './record-line.ts';
import type { RecordLine } from './record-schema.ts';
import { InterruptedError } from './snapshot.ts';

const config: ConfigInput = {
  inputDim: 8,
  teachers: 2,
  students: 5,
  seed: 3,
  train: { time: 12, recordEvery: 2, spectrum: true },
};

type Run = ReturnType<typeof createExperiment>;

async function trained(experiment: Run, signal?: AbortSignal): Promise<RecordLine[]> {
  const lines: RecordLine[] = [];
  while (experiment.phase === 'train') {
    const event = await experiment.next(signal);
    if (event?.phase === 'train') lines.push(recordLine(event));
  }
  return lines;
}

describe('the landscape along training', () => {
  it('is in every record of training where the config asks for it, and changes nothing else', async () => {
    const lines = await trained(createExperiment(config));
    const plain = await trained(
      createExperiment({ ...config, train: { time: 12, recordEvery: 2 } }),
    );
    expect(lines.map(({ landscape: _, ...line }) => line)).toEqual(plain);
    expect(plain.every((line) => !('landscape' in line))).toBe(true);
    for (const { landscape } of lines) {
      expect(landscape!.lowest).toBeLessThan(0);
      expect(landscape!.index).toBeGreaterThan(0);
      expect(landscape!.toward!.shares).toHaveLength(2);
    }
  });

  it('loses no record to a stop while it is computed', async () => {
    const whole = await trained(createExperiment(config));
    const experiment = createExperiment(config);
    await experiment.next();
    const stop = new AbortController();
    const stopped = experiment.next(stop.signal, () => stop.abort());
    queueMicrotask(() => stop.abort());
    const error = await stopped.catch((reason: unknown) => reason);
    if (!(error instanceof InterruptedError)) throw new Error('was not stopped');
    const resumed = await trained(restoreExperiment(error.snapshot));
    expect(resumed).toEqual(whole.slice(1));
  });

  it('is refused where there is no exact Hessian', () => {
    expect(() => parseConfig({ expert: { kind: 'relu' }, train: { spectrum: true } })).toThrow(
      /train\.spectrum: needs the exact Hessian/,
    );
  });
});
