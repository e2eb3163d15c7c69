// The turn of docs/theory.md (50): the rows of student and teacher, one after the other, into their first r coordinates by
// a reflection each, and a gradient back. The turn is found in float64, so that rows which differ in their last bits
// alone keep that difference; the gradient, which is float32, is turned back in it.

import { clear, copyNumbers } from '../panels';
import { PANEL_COLUMNS, GROUP_BYTES } from '../layout';
import { Model, NOWHERE, Work } from '../records';
import { Span } from './record';
import { reflectFour, reflectFour64, squares64 } from './reflect';

const DOUBLE_SHIFT: i32 = 3;
const FLOAT_SHIFT: i32 = 2;

/** Finds the reflections, and writes the turned rows as panels of weights [units/8][r][8]: as many panels deep as they reach. */
export function turnRows(work: Work, span: Span): void {
  const rank = work.inputDim;
  const units = 2 * (work.student.units + work.teacher.units);
  const stride = <usize>span.depth << DOUBLE_SHIFT;
  for (let first = 0; first < units; first += 4) {
    for (let t = 0; t < 4; t++) {
      loadRow(rowOf(work, first + t, span.inputDim), span, span.rows + <usize>t * stride);
    }
    for (let j = 0; j < min(first, rank); j++) reflectRows(span, j);
    for (let t = 0; t < 4; t++) {
      const i = first + t;
      const row = span.rows + <usize>t * stride;
      if (i < rank) writeReflection(span, i, row);
      packRow(work, i, row);
      if (i < rank && t < 3) reflectRows(span, i);
    }
  }
  for (let i = (units + 3) & -4; i < ((units + 7) & -8); i++) packRow(work, i, NOWHERE);
}

function reflectRows(span: Span, j: i32): void {
  const stride = <usize>span.depth << DOUBLE_SHIFT;
  const start = <usize>(j & -PANEL_COLUMNS) << DOUBLE_SHIFT;
  const u = span.reflections + <usize>j * stride;
  reflectFour64(u + start, span.rows + start, stride, stride - start);
}

/** Address of row i of V, W of the student and then of the teacher, NOWHERE beyond them. */
function rowOf(work: Work, i: i32, d: i32): usize {
  const students = 2 * work.student.units;
  if (i < students) return rowIn(work.student, i, d);
  if (i - students < 2 * work.teacher.units) return rowIn(work.teacher, i - students, d);
  return NOWHERE;
}

function rowIn(model: Model, i: i32, d: i32): usize {
  const m = model.units;
  const array = i < m ? model.router : model.experts;
  return array + (<usize>(i < m ? i : i - m) * <usize>d << FLOAT_SHIFT);
}

/** A row as float64, zeros from d on, or nothing but zeros. */
function loadRow(source: usize, span: Span, target: usize): void {
  const end = target + (<usize>span.depth << DOUBLE_SHIFT);
  const count = source == NOWHERE ? 0 : span.inputDim;
  let c = 0;
  for (; c <= count - 2; c += 2) {
    v128.store(target, f64x2.promote_low_f32x4(v128.load64_zero(source)));
    source += 8;
    target += 16;
  }
  if (c < count) {
    store<f64>(target, load<f32>(source));
    target += 8;
  }
  for (; target < end; target += 8) store<f64>(target, 0);
}

/** Makes the reflection that takes `row` from its entry i on into that axis, where the row then has its image. */
function writeReflection(span: Span, i: i32, row: usize): void {
  const first = i & -PANEL_COLUMNS;
  const start = <usize>first << DOUBLE_SHIFT;
  const bytes = (<usize>span.depth << DOUBLE_SHIFT) - start;
  const u = span.reflections + <usize>i * (<usize>span.depth << DOUBLE_SHIFT) + start;
  const rounded = span.rounded + <usize>i * (<usize>span.depth << FLOAT_SHIFT) + (<usize>first << FLOAT_SHIFT);
  memory.copy(u, row + start, bytes);
  for (let c = first; c < i; c++) store<f64>(u + (<usize>(c - first) << DOUBLE_SHIFT), 0);
  const length = sqrt(squares64(u, bytes));
  if (length > 0) {
    const at = u + (<usize>(i - first) << DOUBLE_SHIFT);
    const head = load<f64>(at);
    const image = head < 0 ? length : -length;
    store<f64>(at, head - image);
    store<f64>(row + (<usize>i << DOUBLE_SHIFT), image);
    scaleRow(u, 1 / sqrt(length * (length + abs(head))), bytes);
  }
  round(u, rounded, bytes);
}

function scaleRow(u: usize, scale: f64, bytes: usize): void {
  const factor = f64x2.splat(scale);
  const end = u + bytes;
  for (; u < end; u += 16) v128.store(u, f64x2.mul(factor, v128.load(u)));
}

function round(source: usize, target: usize, bytes: usize): void {
  const end = source + bytes;
  for (; source < end; source += 16) {
    v128.store64_lane(target, f32x4.demote_f64x2_zero(v128.load(source)), 0);
    target += 8;
  }
}

/** Coordinates 0 … i of a turned row, all r beyond the first r rows, to column i of the weights; zeros from there to the end of a panel. */
function packRow(work: Work, i: i32, row: usize): void {
  const depth = work.panelCount * PANEL_COLUMNS;
  const count = row == NOWHERE ? 0 : min(i + 1, work.inputDim);
  const end = min(depth, (i & -PANEL_COLUMNS) + PANEL_COLUMNS);
  let target = work.weights + <usize>(i >> 3) * <usize>depth * GROUP_BYTES + (<usize>(i & 7) << FLOAT_SHIFT);
  for (let c = 0; c < end; c++) {
    store<f32>(target, c < count ? <f32>load<f64>(row + (<usize>c << DOUBLE_SHIFT)) : 0);
    target += GROUP_BYTES;
  }
}

/** Turns the gradient's rows back and writes them, scaled, in the shapes of the parameters. */
export function turnBack(work: Work, span: Span): void {
  const m = work.student.units;
  const stride = <usize>span.depth << FLOAT_SHIFT;
  const scale = work.gradient.scale;
  for (let first = 0; first < 2 * m; first += 4) {
    const rows = span.turned + <usize>first * stride;
    for (let j = work.inputDim - 1; j >= 0; j--) {
      const start = <usize>(j & -PANEL_COLUMNS) << FLOAT_SHIFT;
      const u = span.rounded + <usize>j * stride;
      reflectFour(u + start, rows + start, stride, stride - start);
    }
  }
  const d = span.inputDim;
  for (let i = 0; i < 2 * m; i++) {
    const array = i < m ? work.gradient.router : work.gradient.experts;
    const target = array + (<usize>(i < m ? i : i - m) * <usize>d << FLOAT_SHIFT);
    scaleNumbers(span.turned + <usize>i * stride, scale, target, d);
  }
}

function scaleNumbers(source: usize, scale: f32, target: usize, count: i32): void {
  const factor = f32x4.splat(scale);
  for (; count >= 4; count -= 4) {
    v128.store(target, f32x4.mul(factor, v128.load(source)));
    source += 16;
    target += 16;
  }
  for (; count > 0; count--) {
    store<f32>(target, scale * load<f32>(source));
    source += 4;
    target += 4;
  }
}

/** Sums [r/8][2m][8] to the first r coordinates of the turned gradient; what follows them to the end is still to be written. */
export function unpackInside(work: Work, span: Span, sumRows: i32): void {
  const stride = <usize>span.depth << FLOAT_SHIFT;
  for (let i = 0; i < sumRows; i++) {
    const row = span.turned + <usize>i * stride;
    clear(row + stride - GROUP_BYTES, GROUP_BYTES);
    for (let p = 0; p < work.panelCount; p++) {
      const sums = work.sums + (<usize>p * <usize>sumRows + <usize>i) * GROUP_BYTES;
      copyNumbers(sums, row + <usize>p * GROUP_BYTES, PANEL_COLUMNS);
    }
  }
}
