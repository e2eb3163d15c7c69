import { basename } from 'node:path';
import { comparisonTable, dataWords, plural, sizesTable } from '@softmoe/figures/words';
import type { DataResult } from '@softmoe/lab';
import { type KeptDataRun, shellWord } from '@softmoe/runs';
import { readable } from '../numbers.ts';
import { tableLines } from '../table.ts';

/** The story of a run on a table: its data, how it was trained, and what it is worth beside models of its size. */
export function dataStory(result: DataResult): string {
  const words = dataWords(result, readable);
  const sizes = sizesTable(result, readable);
  const comparison = comparisonTable(result, readable);
  return [
    words.setting,
    words.absent,
    '',
    `1  Learn: ${words.learning}`,
    `   ${words.start}`,
    '',
    `2  Prune: ${words.pruning}`,
    ...indented(tableLines(sizes.columns, sizes.rows)),
    '',
    `3  Fine-tune: ${words.finetuning}`,
    '',
    words.comparison,
    ...indented(tableLines(comparison.columns, comparison.rows, { left: 1 })),
    '',
    `✔  ${words.outcome}`,
  ].join('\n');
}

/** How far an incomplete run on a table has come, and how to go on. */
export function describeFits({ path, config, changed, fits = 0 }: KeptDataRun): string {
  const { target, file } = config.data;
  return `Learning ${target} of ${basename(file)}: stopped, or still under way, after ${plural(fits, 'fit')}; last written ${changed.toISOString()}.\nGo on with: softmoe resume ${shellWord(path)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : ` ${line}`));
}
