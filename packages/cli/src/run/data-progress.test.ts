import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDataProgress } from './data-progress.ts';

const record = { phase: 'finetune', units: 7, step: 3, steps: 100, validation: 0.25 } as const;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

it('createDataProgress writes a line every five seconds where there is no terminal', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(`${chunk}`);
      done();
    },
  });
  const progress = createDataProgress(stream);
  progress.show(record);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(5001);
  progress.show(record);
  progress.show({ ...record, step: 4 });
  expect(lines).toEqual(['fine-tune 7 units, step 3 of at most 100, validation error 0.25\n']);
  progress.stop();
});
