import { comparisonTable, dataWords, sizesTable } from '@softmoe/figures/words';
import type { DataResult } from '@softmoe/lab';
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

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : ` ${line}`));
}
