import type { FitProgress } from '@softmoe/lab';
import { readable } from '../numbers.ts';
import { createProgressBar } from '../progress-bar.ts';
import type { Output } from '../streams.ts';
import { SILENCE } from './progress.ts';

/** Shows how far a run on a table has come; on stderr, so that stdout holds the result alone. */
export interface DataProgress {
  show(record: FitProgress): void;
  /** Clears what is on the screen. */
  stop(): void;
}

const names: Readonly<Record<FitProgress['phase'], string>> = {
  learn: 'learn',
  prune: 'prune',
  finetune: 'fine-tune',
  compare: 'compare',
};

/** A bar on a terminal, elsewhere a line every few seconds. */
export function createDataProgress(stream: Output): DataProgress {
  const bar = stream.isTTY ? createProgressBar(labelOf('learn'), stream) : undefined;
  let written = performance.now();
  return {
    show(record) {
      const { phase, step, steps } = record;
      if (bar) return bar.show(labelOf(phase), step / steps, wordsOf(record));
      if (performance.now() - written < SILENCE) return;
      written = performance.now();
      stream.write(`${labelOf(phase)}${wordsOf(record).join(', ')}\n`);
    },
    stop: () => bar?.stop(),
  };
}

function labelOf(phase: FitProgress['phase']): string {
  return `${names[phase].padEnd(9)} `;
}

function wordsOf({ units, step, steps, validation }: FitProgress): string[] {
  return [
    `${units} units`,
    `step ${step} of at most ${steps}`,
    `validation error ${readable(validation)}`,
  ];
}
