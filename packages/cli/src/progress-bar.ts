import { SingleBar } from 'cli-progress';
import type { Output } from './streams.ts';
import { terminalWidth } from './table.ts';

/** A bar on one line of a terminal, with its label before it and words behind it. */
export interface ProgressBar {
  /** `share` of the way, in [0, 1]. Of `words` those are shown, in order, that there is room for. */
  show(label: string, share: number, words: readonly string[]): void;
  /** Clears the line. */
  stop(): void;
}

const STEPS = 1000;
const SIZE = { least: 4, most: 24 };

/** Columns that words take as a rule; the bar is as long as what they leave. */
const WORDS = 60;

/** Draws a bar, on a terminal, until it is stopped. A terminal cuts a line that is too long: words that do not fit are left out. */
export function createProgressBar(label: string, stream: Output): ProgressBar {
  const size = Math.max(SIZE.least, Math.min(SIZE.most, terminalWidth(stream) - WORDS));
  const bar = new SingleBar({
    stream,
    format: '{label}[{bar}] {text}',
    barsize: size,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    fps: 12,
  });
  bar.start(STEPS, 0, { label, text: '' });
  return {
    show(label, share, words) {
      const room = terminalWidth(stream) - `${label}[] `.length - size;
      bar.update(Math.round(STEPS * share), { label, text: fitting(words, room) });
    },
    stop: () => bar.stop(),
  };
}

/** The words, with commas between them, that fit into `room` columns beside the ones before them. */
function fitting(words: readonly string[], room: number): string {
  let text = '';
  for (const word of words) {
    const longer = text === '' ? word : `${text}, ${word}`;
    if (longer.length <= room) text = longer;
  }
  return text;
}
