// The algorithm. Every entry point goes through the batch block by block: get 64 rows of inputs into panels, multiply them
// with all directions at once, turn logits into gates and experts, and, for a gradient, turn those into derivatives by
// the logits and multiply once more.

import { evaluateUnits, SOFTMAX } from './evaluate';
import { BLOCK_ROWS, GROUP_BYTES, PANEL_BYTES, PANEL_COLUMNS, ROWS_BYTES } from './layout';
import { drawBlock, drawGroups } from './normals';
import {
  clear, clearDirections, clearPanelRows, copyNumbers, packDirections, packRows, unpackRows,
} from './panels';
import { Model, NOWHERE, Work } from './records';
import { laneSum } from './simd';
import { softmax } from './softmax';
import { fillWords, seedLanes, writeKey } from './stream';
import { accumulate, multiply, transposeMultiply } from './tile';
import {
  addScaled, clearRows, combine, differentiate, differentiateSoftmax, residuals, storeUnits,
} from './units';

/** f of n rows of inputs [n, d]: outputs [n]. */
export function forward(work: Work, inputs: usize, size: i32, outputs: usize): void {
  packWeights(work, false);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = readBlock(work, inputs, row, size);
    multiplyBlock(work, work.student.units, rows);
    evaluateModel(work, work.student, 0, rows, work.outputs);
    copyNumbers(work.outputs, at(outputs, row, 1), rowsOf(row, size));
  }
}

/** Unit outputs u_i, amplitudes left out, of n rows of inputs: [n, m]. */
export function units(work: Work, inputs: usize, size: i32, outputs: usize): void {
  const m = work.student.units;
  packWeights(work, false);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = readBlock(work, inputs, row, size);
    multiplyBlock(work, m, rows);
    evaluateModel(work, work.student, 0, rows, work.outputs);
    const expert = work.values + <usize>m * ROWS_BYTES;
    storeUnits(work.values, expert, m, rowsOf(row, size), at(outputs, row, m));
  }
}

/** ½ mean (f − y)² over n rows, docs/theory.md (3), and its gradient. */
export function lossAndGradient(work: Work, inputs: usize, targets: usize, size: i32): f64 {
  let loss: f64 = 0;
  beginGradient(work, false);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = readBlock(work, inputs, row, size);
    const count = rowsOf(row, size);
    copyNumbers(at(targets, row, 1), work.targets, count);
    multiplyBlock(work, work.student.units, rows);
    evaluateModel(work, work.student, 0, rows, work.outputs);
    loss += residuals(work.outputs, work.targets, count, rows, work.errors);
    differentiateBlock(work, row, size, rows);
  }
  endGradient(work);
  return loss / (2 * <f64>size);
}

/** The gradient of Σ_row cotangents[row]·f(x_row): what a derivative by f becomes by parameters and inputs. */
export function backward(work: Work, inputs: usize, cotangents: usize, size: i32): void {
  beginGradient(work, false);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = readBlock(work, inputs, row, size);
    const count = rowsOf(row, size);
    copyNumbers(at(cotangents, row, 1), work.errors, count);
    clearRows(work.errors, count, rows);
    multiplyBlock(work, work.student.units, rows);
    evaluateModel(work, work.student, 0, rows, work.outputs);
    differentiateBlock(work, row, size, rows);
  }
  endGradient(work);
}

/**
 * One step on fresh data: draws n rows, labels them with the teacher and its noise, and returns loss and gradient of the
 * student, docs/theory.md (20). Nothing but 64 rows is ever stored.
 */
export function online(work: Work, size: i32): f64 {
  const m = work.student.units;
  const noise = work.draw.noise;
  let loss: f64 = 0;
  beginDraw(work);
  beginGradient(work, true);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const block = row / BLOCK_ROWS;
    const rows = paddedRows(row, size);
    drawBlock(work.key, block, work.lanes, work.panels, work.panelCount);
    multiplyBlock(work, m + work.teacher.units, rows);
    evaluateModel(work, work.teacher, 2 * m, rows, work.targets);
    if (noise > 0) {
      seedLanes(work.noiseKey, block, work.lanes);
      drawGroups(work.lanes, work.scratch, BLOCK_ROWS / PANEL_COLUMNS);
      addScaled(work.targets, noise, work.scratch, rows);
    }
    evaluateModel(work, work.student, 0, rows, work.outputs);
    loss += residuals(work.outputs, work.targets, rowsOf(row, size), rows, work.errors);
    differentiateBlock(work, row, size, rows);
  }
  endGradient(work);
  return loss / (2 * <f64>size);
}

/** The normals of a draw: [n, d], docs/theory.md (36). */
export function normals(work: Work, size: i32, outputs: usize): void {
  beginDraw(work);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    drawBlock(work.key, row / BLOCK_ROWS, work.lanes, work.panels, work.panelCount);
    const target = at(outputs, row, work.inputDim);
    unpackRows(work.panels, BLOCK_ROWS, 1, target, rowsOf(row, size), work.inputDim);
  }
}

/** The 32-bit words under one block of a draw: [groups, 8], docs/theory.md (35). */
export function words(work: Work, block: i32, groups: i32, outputs: usize): void {
  beginDraw(work);
  seedLanes(work.key, block, work.lanes);
  fillWords(work.lanes, outputs, groups);
}

// Steps of a block.

/** Rows of the batch in the block that begins at `row`. */
function rowsOf(row: i32, size: i32): i32 {
  return min(size - row, BLOCK_ROWS);
}

/** The same, rounded up to whole vectors. */
function paddedRows(row: i32, size: i32): i32 {
  return (rowsOf(row, size) + 7) & -8;
}

/** Address of a row of `columns` numbers. */
function at(array: usize, row: i32, columns: i32): usize {
  return array + ((<usize>row * <usize>columns) << 2);
}

/** Packs the next block of given inputs and returns its padded number of rows. */
function readBlock(work: Work, inputs: usize, row: i32, size: i32): i32 {
  const d = work.inputDim;
  const count = rowsOf(row, size);
  const rows = paddedRows(row, size);
  packRows(at(inputs, row, d), count, d, work.panels, BLOCK_ROWS);
  clearPanelRows(work.panels, work.panelCount, count, rows);
  return rows;
}

/** Logits of the first `units` units of the stack, two each. */
function multiplyBlock(work: Work, units: i32, rows: i32): void {
  const unitPanels = (2 * units + 7) >> 3;
  multiply(work.panels, work.panelCount, rows, work.weights, unitPanels, work.values);
}

/** Turns a model's logits, from row `first` of the stack on, into gates, experts and outputs. */
function evaluateModel(work: Work, model: Model, first: i32, rows: i32, outputs: usize): void {
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

/** Adds a block to the gradient of the student, given its errors. */
function differentiateBlock(work: Work, row: i32, size: i32, rows: i32): void {
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

// Before the first block and after the last.

/** Directions of the student, and of the teacher below them, as panels of weights. */
function packWeights(work: Work, withTeacher: bool): void {
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
function sumRows(m: i32): i32 {
  return (2 * m + 3) & -4;
}

function beginDraw(work: Work): void {
  const draw = work.draw;
  writeKey(work.key, draw.seedLow, draw.seedHigh, draw.stream, draw.step);
  writeKey(work.noiseKey, draw.seedLow, draw.seedHigh, draw.noiseStream, draw.step);
}

function beginGradient(work: Work, withTeacher: bool): void {
  const student = work.student;
  const m = student.units;
  const d = work.inputDim;
  packWeights(work, withTeacher);
  clear(work.sums, <usize>work.panelCount * <usize>sumRows(m) * GROUP_BYTES);
  clear(work.amplitudeSums, <usize>m << 4);
  clear(work.biasSums, <usize>m << 4);
  if (work.gradient.inputs != NOWHERE) {
    packRows(student.router, m, d, work.directions, 2 * m);
    packRows(student.experts, m, d, work.directions + <usize>m * GROUP_BYTES, 2 * m);
  }
}

/** Writes the sums, scaled, in the shapes of the parameters. */
function endGradient(work: Work): void {
  const student = work.student;
  const gradient = work.gradient;
  const scale = gradient.scale;
  const m = student.units;
  const d = work.inputDim;
  const expertSums = work.sums + <usize>m * GROUP_BYTES;
  unpackRows(work.sums, sumRows(m), scale, gradient.router, m, d);
  unpackRows(expertSums, sumRows(m), scale, gradient.experts, m, d);
  sumLanes(work.amplitudeSums, m, scale, gradient.amplitude);
  if (student.gate == SOFTMAX) sumLanes(work.biasSums, m, scale, gradient.bias);
}

function sumLanes(sums: usize, count: i32, scale: f32, target: usize): void {
  for (let i = 0; i < count; i++) {
    store<f32>(target + (<usize>i << 2), scale * laneSum(v128.load(sums + (<usize>i << 4))));
  }
}
