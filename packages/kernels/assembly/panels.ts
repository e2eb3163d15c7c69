// Packing: row-major arrays of the caller to panels and back. A panel of r rows is [r][8]: eight columns, row after row.
// Four rows go together, so that whole cache lines of a panel are written and read at once.

import { GROUP_BYTES, PANEL_BYTES, PANEL_COLUMNS } from './layout';

/** Rows of [count, d] to panels [d/8][panelRows][8], from row 0 of `panels` on; zeros in columns beyond d. */
export function packRows(
  source: usize, count: i32, d: i32, panels: usize, panelRows: i32,
): void {
  const panelBytes = <usize>panelRows * GROUP_BYTES;
  const rowBytes = <usize>d << 2;
  const full = d >> 3;
  let from = source;
  let to = panels;
  let row = 0;
  for (; row <= count - 4; row += 4) {
    packFourRows(from, rowBytes, full, to, panelBytes);
    from += 4 * rowBytes;
    to += 4 * GROUP_BYTES;
  }
  for (; row < count; row++) {
    packRow(from, full, to, panelBytes);
    from += rowBytes;
    to += GROUP_BYTES;
  }
  const rest = d & 7;
  if (rest == 0) return;
  from = source + <usize>full * GROUP_BYTES;
  to = panels + <usize>full * panelBytes;
  for (row = 0; row < count; row++) {
    clearGroup(to);
    copyNumbers(from, to, rest);
    from += rowBytes;
    to += GROUP_BYTES;
  }
}

function packFourRows(
  source: usize, rowBytes: usize, count: i32, target: usize, panelBytes: usize,
): void {
  let a = source;
  let b = a + rowBytes;
  let c = b + rowBytes;
  let d = c + rowBytes;
  for (; count > 0; count--) {
    copyGroup(a, target);
    copyGroup(b, target + GROUP_BYTES);
    copyGroup(c, target + 2 * GROUP_BYTES);
    copyGroup(d, target + 3 * GROUP_BYTES);
    a += GROUP_BYTES;
    b += GROUP_BYTES;
    c += GROUP_BYTES;
    d += GROUP_BYTES;
    target += panelBytes;
  }
}

function packRow(source: usize, count: i32, target: usize, panelBytes: usize): void {
  for (; count > 0; count--) {
    copyGroup(source, target);
    source += GROUP_BYTES;
    target += panelBytes;
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
  const rowBytes = <usize>d << 2;
  const full = d >> 3;
  const factor = f32x4.splat(scale);
  let from = panels;
  let to = target;
  let row = 0;
  for (; row <= count - 4; row += 4) {
    unpackFourRows(from, panelBytes, full, factor, to, rowBytes);
    from += 4 * GROUP_BYTES;
    to += 4 * rowBytes;
  }
  for (; row < count; row++) {
    unpackRow(from, panelBytes, full, factor, to);
    from += GROUP_BYTES;
    to += rowBytes;
  }
  const rest = <usize>(d & 7) << 2;
  from = panels + <usize>full * panelBytes;
  to = target + <usize>full * GROUP_BYTES;
  for (row = 0; row < count; row++) {
    for (let c: usize = 0; c < rest; c += 4) store<f32>(to + c, scale * load<f32>(from + c));
    from += GROUP_BYTES;
    to += rowBytes;
  }
}

function unpackFourRows(
  source: usize, panelBytes: usize, count: i32, factor: v128, target: usize, rowBytes: usize,
): void {
  let a = target;
  let b = a + rowBytes;
  let c = b + rowBytes;
  let d = c + rowBytes;
  for (; count > 0; count--) {
    scaleGroup(source, factor, a);
    scaleGroup(source + GROUP_BYTES, factor, b);
    scaleGroup(source + 2 * GROUP_BYTES, factor, c);
    scaleGroup(source + 3 * GROUP_BYTES, factor, d);
    a += GROUP_BYTES;
    b += GROUP_BYTES;
    c += GROUP_BYTES;
    d += GROUP_BYTES;
    source += panelBytes;
  }
}

function unpackRow(
  source: usize, panelBytes: usize, count: i32, factor: v128, target: usize,
): void {
  for (; count > 0; count--) {
    scaleGroup(source, factor, target);
    source += panelBytes;
    target += GROUP_BYTES;
  }
}

/** Directions [count, d] to columns first … first + count − 1 of weights [units/8][depth][8], zero from d to depth. */
export function packDirections(
  source: usize, count: i32, d: i32, weights: usize, depth: i32, first: i32,
): void {
  const panelBytes = <usize>depth * GROUP_BYTES;
  for (let i = first; i < first + count; i++) {
    let target = weights + <usize>(i >> 3) * panelBytes + (<usize>(i & 7) << 2);
    let c = 0;
    for (; c <= d - 4; c += 4) {
      const four = v128.load(source);
      v128.store32_lane(target, four, 0);
      v128.store32_lane(target, four, 1, GROUP_BYTES);
      v128.store32_lane(target, four, 2, 2 * GROUP_BYTES);
      v128.store32_lane(target, four, 3, 3 * GROUP_BYTES);
      source += 16;
      target += 4 * GROUP_BYTES;
    }
    for (; c < d; c++) {
      store<f32>(target, load<f32>(source));
      source += 4;
      target += GROUP_BYTES;
    }
    for (; c < depth; c++) {
      store<f32>(target, 0);
      target += GROUP_BYTES;
    }
  }
}

/** Zeros in columns first … last − 1. */
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

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function copyGroup(source: usize, target: usize): void {
  v128.store(target, v128.load(source));
  v128.store(target, v128.load(source, 16), 16);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function scaleGroup(source: usize, factor: v128, target: usize): void {
  v128.store(target, f32x4.mul(factor, v128.load(source)));
  v128.store(target, f32x4.mul(factor, v128.load(source, 16)), 16);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function clearGroup(target: usize): void {
  v128.store(target, i32x4.splat(0));
  v128.store(target, i32x4.splat(0), 16);
}
