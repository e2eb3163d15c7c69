// The steps that the entry points of step.ts put together: what is done to a block, before the first and after the last.

import { evaluateUnits, SOFTMAX } from './evaluate';
import { BLOCK_ROWS, GROUP_BYTES, PANEL_COLUMNS, ROWS_BYTES } from './layout';
import { drawGroups } from './normals';
import { clear, clearDirections, clearPanelRows, packDirections, packRows, unpackRows } from './panels';
import { Model, NOWHERE, Work } from './records';
import { laneSum } from './simd';
import { softmax } from './softmax';
import { seedLanes, writeKey } from './stream';
import { accumulate, multiply, transposeMultiply } from './tile';
import { addScaled, combine, differentiate, differentiateSoftmax, residuals } from './units';

/** Rows of the batch in the block that begins at `row`. */
export function rowsOf(row: i32, size: i32): i32 {
  return min(size - row, BLOCK_ROWS);
}

/** Rows of the batch in the block that begins at `row`, rounded up to a multiple of eight: two whole vectors. */
export function paddedRows(row: i32, size: i32): i32 {
  return (rowsOf(row, size) + 7) & -8;
}

/** Address of a row of `columns` numbers. */
export function at(array: usize, row: i32, columns: i32): usize {
  return array + ((<usize>row * <usize>columns) << 2);
}

/** Packs the next block of given inputs and returns its padded number of rows. */
export function readBlock(work: Work, inputs: usize, row: i32, size: i32): i32 {
  const d = work.inputDim;
  const count = rowsOf(row, size);
  const rows = paddedRows(row, size);
  packRows(at(inputs, row, d), count, d, work.panels, BLOCK_ROWS);
  clearPanelRows(work.panels, work.panelCount, count, rows);
  return rows;
}

/** Logits of the first `units` units of the stack, two each. */
export function multiplyBlock(work: Work, units: i32, rows: i32): void {
  const unitPanels = (2 * units + 7) >> 3;
  multiply(work.panels, work.panelCount, rows, work.weights, unitPanels, work.values);
}

/** Turns a model's logits, from row `first` of the stack on, into gates, experts and outputs. */
export function evaluateModel(work: Work, model: Model, first: i32, rows: i32, outputs: usize): void {
  const m = model.units;
  const routerAt = <usize>first * ROWS_BYTES;
  const expertAt = routerAt + <usize>m * ROWS_BYTES;
  const gate = work.values + routerAt;
  const expert = work.values + expertAt;
  if (model.gate == SOFTMAX) {
    softmax(gate, model.bias, m, rows, work.scratch);
  } else {
    evaluateUnits(model.gate, gate, work.slopes + routerAt, m, rows, 0);
  }
  evaluateUnits(model.expert, expert, work.slopes + expertAt, m, rows, model.coefficients);
  combine(gate, expert, m, model.amplitude, rows, outputs);
}

/** Labels a block of an online step, whose logits are there, adds it to the gradient, and returns its sum of squared errors. */
export function freshBlock(work: Work, row: i32, size: i32, rows: i32): f64 {
  const m = work.student.units;
  const noise = work.draw.noise;
  evaluateModel(work, work.teacher, 2 * m, rows, work.targets);
  if (noise > 0) {
    seedLanes(work.noiseKey, row / BLOCK_ROWS, work.lanes);
    drawGroups(work.lanes, work.scratch, BLOCK_ROWS / PANEL_COLUMNS);
    addScaled(work.targets, noise, work.scratch, rows);
  }
  evaluateModel(work, work.student, 0, rows, work.outputs);
  const squares = residuals(work.outputs, work.targets, rowsOf(row, size), rows, work.errors);
  differentiateBlock(work, row, size, rows);
  return squares;
}

/** Adds a block to the gradient of the student, given its errors. */
export function differentiateBlock(work: Work, row: i32, size: i32, rows: i32): void {
  const student = work.student;
  const m = student.units;
  const half = <usize>m * ROWS_BYTES;
  const byRouter = work.slopes;
  const byExpert = work.slopes + half;
  if (student.gate == SOFTMAX) {
    differentiateSoftmax(
      work.values, work.values + half, byRouter, byExpert, m, student.amplitude, work.errors, rows,
      work.amplitudeSums, work.outputs, work.biasSums,
    );
  } else {
    differentiate(
      work.values, work.values + half, byRouter, byExpert, m, student.amplitude, work.errors, rows,
      work.amplitudeSums,
    );
  }
  accumulate(work.panels, work.panelCount, rows, work.slopes, sumRows(m), work.sums);
  if (work.gradient.inputs != NOWHERE) inputGradient(work, row, size, rows);
}

function inputGradient(work: Work, row: i32, size: i32, rows: i32): void {
  const d = work.inputDim;
  const units = 2 * work.student.units;
  transposeMultiply(work.slopes, units, rows, work.directions, work.panelCount, work.panels);
  const target = at(work.gradient.inputs, row, d);
  unpackRows(work.panels, BLOCK_ROWS, work.gradient.scale, target, rowsOf(row, size), d);
}

/** Directions of the student, and of the teacher below them, as panels of weights. */
export function packWeights(work: Work, withTeacher: bool): void {
  let columns = packModel(work, work.student, 0);
  if (withTeacher) columns = packModel(work, work.teacher, columns);
  clearDirections(work.weights, depthOf(work), columns, (columns + 7) & -8);
}

function packModel(work: Work, model: Model, first: i32): i32 {
  const d = work.inputDim;
  const m = model.units;
  packDirections(model.router, m, d, work.weights, depthOf(work), first);
  packDirections(model.experts, m, d, work.weights, depthOf(work), first + m);
  return first + 2 * m;
}

/** d, padded to whole panels. */
function depthOf(work: Work): i32 {
  return work.panelCount * PANEL_COLUMNS;
}

/** Units of the sums: 2m, padded to whole tiles. */
export function sumRows(m: i32): i32 {
  return (2 * m + 3) & -4;
}

export function beginDraw(work: Work): void {
  const draw = work.draw;
  writeKey(work.key, draw.seedLow, draw.seedHigh, draw.stream, draw.step);
  if (draw.noise > 0) {
    writeKey(work.noiseKey, draw.seedLow, draw.seedHigh, draw.noiseStream, draw.step);
  }
}

export function beginGradient(work: Work, withTeacher: bool): void {
  const student = work.student;
  const m = student.units;
  const d = work.inputDim;
  packWeights(work, withTeacher);
  clearSums(work);
  if (work.gradient.inputs != NOWHERE) {
    packRows(student.router, m, d, work.directions, 2 * m);
    packRows(student.experts, m, d, work.directions + <usize>m * GROUP_BYTES, 2 * m);
  }
}

export function clearSums(work: Work): void {
  const m = work.student.units;
  clear(work.sums, <usize>work.panelCount * <usize>sumRows(m) * GROUP_BYTES);
  clear(work.slopes + <usize>(2 * m) * ROWS_BYTES, <usize>(sumRows(m) - 2 * m) * ROWS_BYTES);
  clear(work.amplitudeSums, <usize>m << 4);
  clear(work.biasSums, <usize>m << 4);
}

/** Writes the sums, scaled, in the shapes of the parameters. */
export function endGradient(work: Work): void {
  const student = work.student;
  const gradient = work.gradient;
  const scale = gradient.scale;
  const m = student.units;
  const d = work.inputDim;
  const expertSums = work.sums + <usize>m * GROUP_BYTES;
  unpackRows(work.sums, sumRows(m), scale, gradient.router, m, d);
  unpackRows(expertSums, sumRows(m), scale, gradient.experts, m, d);
  endScalars(work);
}

/** The part of the gradient that has a number for each unit. */
export function endScalars(work: Work): void {
  const student = work.student;
  const gradient = work.gradient;
  sumLanes(work.amplitudeSums, student.units, gradient.scale, gradient.amplitude);
  if (student.gate == SOFTMAX) sumLanes(work.biasSums, student.units, gradient.scale, gradient.bias);
}

function sumLanes(sums: usize, count: i32, scale: f32, target: usize): void {
  for (let i = 0; i < count; i++) {
    store<f32>(target + (<usize>i << 2), scale * laneSum(v128.load(sums + (<usize>i << 4))));
  }
}
