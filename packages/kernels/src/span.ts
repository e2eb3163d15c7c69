import { FLOAT, layOut, roundUp, type WorkspaceLayout } from './workspace.ts';

/** Byte offsets of the arrays that a step drawn in the span needs beside those of r input dimensions: assembly/span/record.ts. */
export interface SpanLayout extends WorkspaceLayout {
  /** The record of those arrays. */
  readonly span: number;
  readonly rows: number;
  readonly reflections: number;
  readonly rounded: number;
  readonly turned: number;
  readonly moments: number;
  readonly factor: number;
  readonly diagonal: number;
  readonly left: number;
  /** r, and d padded to whole panels. */
  readonly rank: number;
  readonly depth: number;
}

const DOUBLE = 8;
const PANEL_COLUMNS = 8;
/** Bytes of the record, rounded up to a cache line. */
const RECORD_BYTES = 64;

/** The arrays one after the other, for d input dimensions, m units of the model and k of its teacher. */
export function layOutSpan(d: number, m: number, k: number): SpanLayout {
  const rank = Math.min(d, 2 * (m + k));
  const depth = roundUp(d, PANEL_COLUMNS);
  const inner = layOut(rank, m, k, false);
  const sumRows = roundUp(2 * m, 4);
  let end = roundUp(inner.bytes, RECORD_BYTES);
  const take = (bytes: number): number => {
    const start = end;
    end += roundUp(bytes, RECORD_BYTES);
    return start;
  };
  return {
    ...inner,
    span: take(RECORD_BYTES),
    rows: take(4 * depth * DOUBLE),
    reflections: take(rank * depth * DOUBLE),
    rounded: take(rank * depth * FLOAT),
    turned: take(sumRows * depth * FLOAT),
    moments: take(roundUp(2 * m, PANEL_COLUMNS) * sumRows * FLOAT),
    factor: take(4 * m * m * DOUBLE),
    diagonal: take(2 * m * DOUBLE),
    left: take(2 * m * DOUBLE),
    rank,
    depth,
    bytes: end,
  };
}
