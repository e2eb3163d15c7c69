// SGD's own step drawn in the span of student and teacher, docs/theory.md (50)–(54): the online step of r ≤ 2(m + k)
// input dimensions on turned rows, the products of its derivatives by the logits, and the gradient's part outside the span
// drawn by them.

import { beginDraw, clearSums, endScalars, freshBlock, paddedRows, rowsOf, sumRows } from '../block';
import { BLOCK_ROWS, GROUP_BYTES, PANEL_BYTES, PANEL_COLUMNS, ROWS_BYTES } from '../layout';
import { drawBlock } from '../normals';
import { clear, copyNumbers } from '../panels';
import { Work } from '../records';
import { writeKey } from '../stream';
import { accumulateLower, multiply, multiplyLower } from '../tile';
import { factorMoments } from './factor';
import { Span } from './record';
import { turnBack, turnRows, unpackInside } from './turn';

/** Loss and gradient of the student; `work` is of r input dimensions but for the rows of its models and gradient, which have d. */
export function spanStep(work: Work, span: Span, size: i32): f64 {
  const m = work.student.units;
  const units = 2 * (m + work.teacher.units);
  const outside = span.inputDim > work.inputDim;
  let loss: f64 = 0;
  beginDraw(work);
  turnRows(work, span);
  clearSums(work);
  clear(span.moments, <usize>momentPanels(m) * <usize>sumRows(m) * GROUP_BYTES);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = paddedRows(row, size);
    drawBlock(work.key, row / BLOCK_ROWS, work.lanes, work.panels, work.panelCount);
    multiplyLower(work.panels, work.panelCount, rows, work.weights, (units + 7) >> 3, work.values);
    loss += freshBlock(work, row, size, rows);
    if (outside) addMoments(work, span, rows);
  }
  unpackInside(work, span, sumRows(m));
  if (outside) drawOutside(work, span);
  turnBack(work, span);
  endScalars(work);
  return loss / (2 * <f64>size);
}

/** 2m, in panels. */
function momentPanels(m: i32): i32 {
  return (2 * m + 7) >> 3;
}

/** Adds a block's products of derivatives by the logits, which take the place of its inputs as panels [2m/8][64][8]. */
function addMoments(work: Work, span: Span, rows: i32): void {
  const m = work.student.units;
  const panels = momentPanels(m);
  for (let p = 0; p < panels; p++) {
    const from = work.slopes + <usize>p * 8 * ROWS_BYTES;
    const to = work.panels + <usize>p * PANEL_BYTES;
    transposeFour(from, to, rows);
    transposeFour(from + 4 * ROWS_BYTES, to + 16, rows);
  }
  accumulateLower(work.panels, panels, rows, work.slopes, sumRows(m), span.moments);
}

/** Four units of `rows` rows, [4][64], to half of a panel's groups, [rows][8]. */
function transposeFour(units: usize, groups: usize, rows: i32): void {
  const end = units + (<usize>rows << 2);
  do {
    const a = v128.load(units);
    const b = v128.load(units, ROWS_BYTES);
    const c = v128.load(units, 2 * ROWS_BYTES);
    const d = v128.load(units, 3 * ROWS_BYTES);
    const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(groups, i32x4.shuffle(ab01, cd01, 0, 1, 4, 5));
    v128.store(groups, i32x4.shuffle(ab01, cd01, 2, 3, 6, 7), GROUP_BYTES);
    v128.store(groups, i32x4.shuffle(ab23, cd23, 0, 1, 4, 5), 2 * GROUP_BYTES);
    v128.store(groups, i32x4.shuffle(ab23, cd23, 2, 3, 6, 7), 3 * GROUP_BYTES);
    units += 16;
    groups += 4 * GROUP_BYTES;
  } while (units < end);
}

/** Coordinates r … d − 1 of the turned gradient: F N, a block of 64 of them at a time. */
function drawOutside(work: Work, span: Span): void {
  const draw = work.draw;
  const m = work.student.units;
  const rank = work.inputDim;
  const panels = packFactor(work, span, factorMoments(span, 2 * m, sumRows(m)));
  const count = span.inputDim - rank;
  writeKey(work.key, draw.seedLow, draw.seedHigh, span.outsideStream, draw.step);
  for (let row = 0; row < count; row += BLOCK_ROWS) {
    drawBlock(work.key, row / BLOCK_ROWS, work.lanes, work.panels, panels);
    const rows = paddedRows(row, count);
    multiply(work.panels, panels, rows, work.weights, momentPanels(m), work.values);
    for (let i = 0; i < 2 * m; i++) {
      const target = span.turned + ((<usize>i * <usize>span.depth + <usize>(rank + row)) << 2);
      copyNumbers(work.values + <usize>i * ROWS_BYTES, target, rowsOf(row, count));
    }
  }
}

/** F as panels of weights [2m/8][columns][8] with as many columns as its rank, padded to panels, whose number it returns. */
function packFactor(work: Work, span: Span, rank: i32): i32 {
  const units = 2 * work.student.units;
  const panels = max((rank + 7) >> 3, 1);
  const depth = panels * PANEL_COLUMNS;
  for (let i = 0; i < ((units + 7) & -8); i++) {
    const row = span.factor + (<usize>i * <usize>units << 3);
    let target = work.weights + <usize>(i >> 3) * <usize>depth * GROUP_BYTES + (<usize>(i & 7) << 2);
    for (let c = 0; c < depth; c++) {
      store<f32>(target, i < units && c < rank ? <f32>load<f64>(row + (<usize>c << 3)) : 0);
      target += GROUP_BYTES;
    }
  }
  return panels;
}
