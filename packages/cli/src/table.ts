import Table from 'cli-table3';

const noBorders = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);

/** Lines of a table without borders: every column right-aligned under its heading, or the first ones left-aligned. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { left = 0 }: { readonly left?: number } = {},
): string[] {
  const table = new Table({
    head: [...headings],
    colAligns: headings.map((_, c) => (c < left ? 'left' : 'right')),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 3, 'padding-right': 0 },
  });
  table.push(...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
