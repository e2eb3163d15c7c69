// The algorithm. Every entry point goes through the batch block by block: get 64 rows of inputs into panels, multiply them
// with all directions at once, turn logits into gates and experts, and, for a gradient, turn those into derivatives by
// the logits and multiply once more.

import {
  at, beginDraw, beginGradient, differentiateBlock, endGradient, evaluateModel, freshBlock, multiplyBlock,
  packWeights, paddedRows, readBlock, rowsOf,
} from './block';
import { BLOCK_ROWS, ROWS_BYTES } from './layout';
import { drawBlock } from './normals';
import { copyNumbers, unpackRows } from './panels';
import { Work } from './records';
import { fillWords, seedLanes } from './stream';
import { clearRows, residuals, storeUnits } from './units';

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
  let loss: f64 = 0;
  beginDraw(work);
  beginGradient(work, true);
  for (let row = 0; row < size; row += BLOCK_ROWS) {
    const rows = paddedRows(row, size);
    drawBlock(work.key, row / BLOCK_ROWS, work.lanes, work.panels, work.panelCount);
    multiplyBlock(work, work.student.units + work.teacher.units, rows);
    loss += freshBlock(work, row, size, rows);
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
