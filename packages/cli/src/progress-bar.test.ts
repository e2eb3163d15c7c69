import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ReproduceProgress } from '@softmoe/claims';
import { type ExperimentEvent, parseConfig } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { createReproductionProgress } from './reproduction/reproduction-progress.ts';
import { createProgress } from './run/progress.ts';
import type { Output } from './streams.ts';

/** A terminal of so many columns, and what it was last told to draw on its line. */
function terminal(columns: number): { stream: Output; line: () => string } {
  let text = '';
  const write = (chunk: Buffer, _encoding: unknown, done: () => void) => {
    text += chunk;
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY: true, columns });
  const line = () =>
    stripVTControlCharacters(text)
      .split(/(?=learn |measure \[)/)
      .at(-1) ?? '';
  return { stream, line };
}

const config = parseConfig({ inputDim: 64, teachers: 3, students: 15, train: { time: 150 } });
const aligned = { expert: [1, 1, 0], router: [1, 0, 0] };
const event = {
  phase: 'train',
  record: { time: 75, step: 750, loss: 0.01234, alignment: aligned },
} as unknown as ExperimentEvent;
const measured: ReproduceProgress = { share: 0.5, recorded: 120, total: 240, secondsLeft: 300 };

describe('a progress bar', () => {
  it.each([
    [200, '] time 75.0 of 150, loss 1.23e-2, experts 2, routers 1 of 3 aligned'],
    [80, '] time 75.0 of 150, loss 1.23e-2'],
    [50, '] time 75.0 of 150, loss 1.23e-2'],
    [40, '] time 75.0 of 150'],
    [24, '] '],
  ])('of a run says in %d columns what fits there whole', (columns, words) => {
    const { stream, line } = terminal(columns);
    const progress = createProgress(config, stream);
    progress.show(event);
    progress.stop();
    expect(line()).toMatch(/^learn {5}\[=+-+\]/);
    expect(line().slice(line().indexOf(']'))).toBe(words);
    expect(line().length).toBeLessThanOrEqual(columns);
  });

  it.each([
    [100, '] 120 of 240 measurements, about 5 min left'],
    [40, '] 120 of 240 measurements'],
  ])('of a reproduction says in %d columns what fits there whole', (columns, words) => {
    const { stream, line } = terminal(columns);
    const progress = createReproductionProgress(stream);
    progress.show(measured);
    progress.stop();
    expect(line().slice(line().indexOf(']'))).toBe(words);
    expect(line().length).toBeLessThanOrEqual(columns);
  });
});
