// Packing: row-major arrays of the caller to panels and back. A panel of r rows is [r][8]: eight columns, row after row.
// Missing columns and rows are filled with zeros.

import { GROUP_BYTES, PANEL_BYTES, PANEL_COLUMNS } from './layout';

/** Rows of [count, d] to panels [d/8][panelRows][8], from row 0 of `panels` on. */
export function packRows(
  source: usize, count: i32, d: i32, panels: usize, panelRows: i32,
): void {
  const panelBytes = <usize>panelRows * GROUP_BYTES;
  for (let row = 0; row < count; row++) {
    let target = panels;
    let rest = d;
    for (; rest >= PANEL_COLUMNS; rest -= PANEL_COLUMNS) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      source += GROUP_BYTES;
      target += panelBytes;
    }
    if (rest > 0) {
      clearGroup(target);
      copyNumbers(source, target, rest);
      source += <usize>rest << 2;
    }
    panels += GROUP_BYTES;
  }
}

/** Zeros in rows first … last − 1 of all panels of a block. */
export function clearPanelRows(panels: usize, count: i32, first: i32, last: i32): void {
  for (let p = 0; p < count; p++) {
    for (let row = first; row < last; row++) clearGroup(panels + <usize>row * GROUP_BYTES);
    panels += PANEL_BYTES;
  }
}

/** Panels [d/8][panelRows][8], from row 0 of `panels` on, to rows [count, d], times `scale`. */
export function unpackRows(
  panels: usize, panelRows: i32, scale: f32, target: usize, count: i32, d: i32,
): void {
  const panelBytes = <usize>panelRows * GROUP_BYTES;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < count; row++) {
    let source = panels;
    let rest = d;
    for (; rest >= PANEL_COLUMNS; rest -= PANEL_COLUMNS) {
      v128.store(target, f32x4.mul(factor, v128.load(source)));
      v128.store(target, f32x4.mul(factor, v128.load(source, 16)), 16);
      source += panelBytes;
      target += GROUP_BYTES;
    }
    for (; rest > 0; rest--) {
      store<f32>(target, scale * load<f32>(source));
      source += 4;
      target += 4;
    }
    panels += GROUP_BYTES;
  }
}

/** Directions [count, d] to columns first … of panels [units/8][panels of d · 8][8]; missing rows of a panel are zeros. */
export function packDirections(
  source: usize, count: i32, d: i32, weights: usize, depth: i32, first: i32,
): void {
  for (let i = first; i < first + count; i++) {
    let target = weights + <usize>(i >> 3) * <usize>depth * GROUP_BYTES + (<usize>(i & 7) << 2);
    for (let c = 0; c < depth; c++) {
      let value: f32 = 0;
      if (c < d) {
        value = load<f32>(source);
        source += 4;
      }
      store<f32>(target, value);
      target += GROUP_BYTES;
    }
  }
}

/** Zeros in columns first … last − 1, as long as the last panel. */
export function clearDirections(weights: usize, depth: i32, first: i32, last: i32): void {
  packDirections(0, last - first, 0, weights, depth, first);
}

/** Copies `count` float32 numbers. */
export function copyNumbers(source: usize, target: usize, count: i32): void {
  for (; count >= 4; count -= 4) {
    v128.store(target, v128.load(source));
    source += 16;
    target += 16;
  }
  for (; count > 0; count--) {
    store<f32>(target, load<f32>(source));
    source += 4;
    target += 4;
  }
}

/** Zeros, `bytes` a multiple of 16. */
export function clear(target: usize, bytes: usize): void {
  for (const end = target + bytes; target < end; target += 16) v128.store(target, i32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function clearGroup(target: usize): void {
  v128.store(target, i32x4.splat(0));
  v128.store(target, i32x4.splat(0), 16);
}
