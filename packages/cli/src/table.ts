import Table from 'cli-table3';
import type { Output } from './streams.ts';

const noBorders = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);

/** Spaces before each column. */
const GAP = 3;

/**
 * Lines of a table without borders: every column right-aligned under its heading, or the first ones left-aligned. Columns
 * that the terminal has no room for follow below, beside the first column once more.
 */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { left = 0 }: { readonly left?: number } = {},
): string[] {
  const widths = headings.map((heading, c) =>
    Math.max(...[heading, ...rows.map((row) => row[c] ?? '')].map((cell) => GAP + cell.length)),
  );
  return blocksOf(widths, terminalWidth()).flatMap((columns, i) => [
    ...(i > 0 ? [''] : []),
    ...drawn(
      columns.map((c) => headings[c] ?? ''),
      rows.map((row) => columns.map((c) => row[c] ?? '')),
      columns.filter((c) => c < left).length,
    ),
  ]);
}

/** Columns that stand beside each other, by index: as many as fit, the first one in every block. */
function blocksOf([first = 0, ...widths]: readonly number[], most: number): number[][] {
  let block = [0];
  let used = first;
  const blocks = [block];
  for (const [i, width] of widths.entries()) {
    if (used + width > most && block.length > 1) {
      block = [0];
      blocks.push(block);
      used = first;
    }
    block.push(i + 1);
    used += width;
  }
  return blocks;
}

function drawn(headings: string[], rows: string[][], left: number): string[] {
  const table = new Table({
    head: headings,
    colAligns: headings.map((_, c) => (c < left ? 'left' : 'right')),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': GAP, 'padding-right': 0 },
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Characters in a line of a terminal, or as many as COLUMNS says; elsewhere there is no limit. */
export function terminalWidth(stream: Output = process.stdout): number {
  const { columns } = stream as Partial<NodeJS.WriteStream>;
  return (stream.isTTY && columns) || Number(process.env.COLUMNS) || Infinity;
}

/** A text whose lines fit the terminal: longer ones go on below at their indentation, columns of theirs further in. */
export function fit(text: string, stream?: Output): string {
  const width = terminalWidth(stream);
  return text
    .split('\n')
    .flatMap((line) => (line.length <= width ? [line] : broken(line, width)))
    .join('\n');
}

function broken(line: string, width: number): string[] {
  // Such as `✔  ` before a sentence.
  const start = /^ *(\S {2}(?=\S))?/.exec(line)![0].slice(0, Math.floor(width / 2));
  const [first = '', ...columns] = line.slice(start.length).trim().split(/ {2,}/);
  const indentation = ' '.repeat(start.length);
  return [
    ...wrapped(first, start, indentation, width),
    ...columns.flatMap((column) => wrapped(column, `${indentation}  `, `${indentation}  `, width)),
  ];
}

function wrapped(text: string, start: string, indentation: string, width: number): string[] {
  const lines: string[] = [];
  let line = start;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indentation;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
