import munkres from 'munkres';

/**
 * The pairs of a minimum-cost assignment: for each of `columns` its row, or −1 where there are fewer rows than columns.
 * `cost` must be finite.
 */
export function assignRows(
  rows: number,
  columns: number,
  cost: (row: number, column: number) => number,
): number[] {
  const costs = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => cost(i, j)),
  );
  const assigned = new Array<number>(columns).fill(-1);
  for (const [i, j] of munkres(costs)) assigned[j] = i;
  return assigned;
}
