import type { Draw } from '@softmoe/model';
import { requireInteger, requireObject, requireStream } from '@softmoe/model/checks';
import { allocate, ln24, writePolar24 } from '@softmoe/model/linalg';
import { fillWords, fnv1a, LANES, seedLanes } from './lanes.ts';

/** One block of a draw: the counter that its lanes are seeded from. */
export interface BlockKey extends Omit<Draw, 'size' | 'noise'> {
  /** A whole number from 0 to 2³² − 1: the block holds rows 64·block … 64·block + 63. */
  readonly block: number;
}

/** Rows that one seeding of the lanes serves, whatever the size of the draw. */
export const BLOCK_ROWS = 64;
/** Columns that one group of lane outputs gives. */
export const PANEL_COLUMNS = 8;

const PAIRS = PANEL_COLUMNS / 2;
const MAX_UINT32 = 2 ** 32 - 1;

/**
 * Independent standard normals, [size, columns] row-major: rows firstRow … firstRow + size − 1 of the endless array that
 * (seed, stream, step) names, docs/theory.md (35) and (36). A row depends neither on `size` nor on where a range
 * starts. A block is drawn panel after panel: group t = 64·panel + row of {@link blockWords} holds the eight columns of
 * the panel in that row. Throws a `ValueError` for a number out of range, an empty name or too large an array.
 */
export function normals(draw: Draw, columns: number, firstRow: number = 0): Float64Array {
  checkDraw(draw);
  requireInteger('columns', columns, 1);
  checkFirstRow(firstRow, draw);
  const result = allocate([draw.size, columns]);
  const nameHash = fnv1a(draw.stream);
  const words = new Uint32Array(BLOCK_ROWS * LANES);
  const panel = new Float64Array(BLOCK_ROWS * PANEL_COLUMNS);
  const fullPanels = Math.floor(columns / PANEL_COLUMNS);
  const rest = columns % PANEL_COLUMNS;
  const endRow = firstRow + draw.size;
  for (let block = Math.floor(firstRow / BLOCK_ROWS); block * BLOCK_ROWS < endRow; block++) {
    const lanes = seedLanes(draw.seed, nameHash, draw.step, block);
    const origin = block * BLOCK_ROWS;
    const from = Math.max(firstRow - origin, 0);
    const to = Math.min(endRow - origin, BLOCK_ROWS);
    let target = (origin + from - firstRow) * columns;
    for (let p = 0; p < fullPanels; p++, target += PANEL_COLUMNS) {
      fillWords(lanes, words, BLOCK_ROWS);
      boxMuller(words, from, to, result, target, columns);
    }
    if (rest > 0) {
      fillWords(lanes, words, BLOCK_ROWS);
      boxMuller(words, from, to, panel, 0, PANEL_COLUMNS);
      copyColumns(panel, to - from, rest, result, target, columns);
    }
  }
  return result;
}

/**
 * Standard normals, one a row, eight to a group, [size]: rows from firstRow on of an endless array as in {@link normals}.
 * Row i is column i mod 8 of group ⌊i/8⌋ within its block of 64. Eight times cheaper than {@link normals} with one column,
 * and not the same numbers.
 */
export function scalarNormals(draw: Draw, firstRow: number = 0): Float64Array {
  checkDraw(draw);
  checkFirstRow(firstRow, draw);
  const first = Math.floor(firstRow / BLOCK_ROWS);
  const origin = first * BLOCK_ROWS;
  const blocks = Math.ceil((firstRow + draw.size - origin) / BLOCK_ROWS);
  const groups = BLOCK_ROWS / PANEL_COLUMNS;
  const result = allocate([blocks, BLOCK_ROWS]);
  const nameHash = fnv1a(draw.stream);
  const words = new Uint32Array(groups * LANES);
  for (let block = 0; block < blocks; block++) {
    fillWords(seedLanes(draw.seed, nameHash, draw.step, first + block), words, groups);
    boxMuller(words, 0, groups, result, block * BLOCK_ROWS, PANEL_COLUMNS);
  }
  return result.slice(firstRow - origin, firstRow - origin + draw.size);
}

/** The standard normals of the label noise of a draw, one a row: {@link scalarNormals} of the stream `<stream>/noise`. */
export function noiseNormals(draw: Draw, firstRow: number = 0): Float64Array {
  checkDraw(draw);
  return scalarNormals({ ...draw, stream: `${draw.stream}/noise` }, firstRow);
}

/**
 * The 32-bit words under {@link normals}: outputs of the eight xoshiro128++ lanes of a block, [groups, 8]. Lanes 0–3 give
 * the radii and lanes 4–7 the angles of columns (0, 4), (1, 5), (2, 6), (3, 7) of the group's panel.
 */
export function blockWords(key: BlockKey, groups: number): Uint32Array {
  checkKey(key);
  requireInteger('block', key.block, 0, MAX_UINT32);
  requireInteger('groups', groups, 1, 2 ** 28);
  const words = new Uint32Array(groups * LANES);
  fillWords(seedLanes(key.seed, fnv1a(key.stream), key.step, key.block), words, groups);
  return words;
}

/**
 * Box–Muller, docs/theory.md (36), on groups from … to − 1 of `words`: with k1 = (word ℓ >>> 8) + 1 and
 * k2 = word (ℓ + 4) >>> 8, columns ℓ and ℓ + 4 are √(−2 ln(k1/2²⁴)) times cos and sin of 2πk2/2²⁴. Groups are
 * written `stride` apart, the first at `start`.
 */
function boxMuller(
  words: Uint32Array,
  from: number,
  to: number,
  target: Float64Array,
  start: number,
  stride: number,
): void {
  for (let group = from; group < to; group++) {
    const word = group * LANES;
    const row = start + (group - from) * stride;
    for (let pair = 0; pair < PAIRS; pair++) {
      const radius = Math.sqrt(-2 * ln24((words[word + pair]! >>> 8) + 1));
      writePolar24(
        radius,
        words[word + PAIRS + pair]! >>> 8,
        target,
        row + pair,
        row + pair + PAIRS,
      );
    }
  }
}

function copyColumns(
  panel: Float64Array,
  rows: number,
  width: number,
  target: Float64Array,
  start: number,
  stride: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      target[start + row * stride + column] = panel[row * PANEL_COLUMNS + column]!;
    }
  }
}

function checkDraw(draw: Draw): void {
  checkKey(draw);
  requireInteger('size', draw.size, 1, BLOCK_ROWS * (MAX_UINT32 + 1));
}

function checkFirstRow(firstRow: number, { size }: Draw): void {
  requireInteger('firstRow', firstRow, 0, BLOCK_ROWS * (MAX_UINT32 + 1) - size);
}

function checkKey(draw: Omit<Draw, 'size' | 'noise'>): void {
  requireObject('draw', draw, ['seed', 'stream', 'step']);
  const { seed, stream, step } = draw;
  requireInteger('seed', seed, 0);
  requireInteger('step', step, 0, MAX_UINT32);
  requireStream('stream', stream);
}
