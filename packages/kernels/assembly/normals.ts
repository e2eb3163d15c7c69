// Standard normals by Box-Muller, docs/theory.md (36), in place over the words of the stream: a group of eight words is
// four radii and four angles, and becomes the eight columns of one row of a panel. Three passes, so that the constants of
// each fit in registers: words (stream.ts), radii, turns.

import { BLOCK_ROWS, GROUP_BYTES, PANEL_BYTES } from './layout';
import { constant, madd, word } from './simd';
import { fillWords, seedLanes } from './stream';

/** Panels drawn at a time: their words stay in the first-level cache between the passes. */
const CHUNK: i32 = 8;

/** Draws block number `block` of a stream: panels [d/8][64][8] of standard normals, in all columns of a panel. */
export function drawBlock(key: usize, block: i32, lanes: usize, panels: usize, count: i32): void {
  seedLanes(key, block, lanes);
  for (; count > 0; count -= CHUNK) {
    const some = min(count, CHUNK);
    drawGroups(lanes, panels, some * BLOCK_ROWS);
    panels += <usize>some * PANEL_BYTES;
  }
}

/** The next `groups` of eight normals of a block. */
export function drawGroups(lanes: usize, target: usize, groups: i32): void {
  fillWords(lanes, target, groups);
  boxMuller(target, groups);
}

/** Words to normals, in place. */
export function boxMuller(groups: usize, count: i32): void {
  radii(groups, count);
  turns(groups, count);
}

/**
 * Words 0-3 of every group become radii √(−2 ln u), u = k/2²⁴ with k = (word >>> 8) + 1. With u = 2^e·m, m in [√½, √2)
 * and f = m − 1: −2 ln u = −2 ln 2·e + f·P(f). Where u is near 1, e = 0 and f is exact, so nothing cancels.
 */
function radii(groups: usize, count: i32): void {
  const one = word(1);
  const sqrtHalf = word(SQRT_HALF);
  const sqrtHalfShifted = word(SQRT_HALF + (24 << 23));
  const mantissa = word(0x7fffff);
  const unity = constant(1);
  const minus2Ln2 = constant(-1.3862943649291992);
  const p0 = constant(-1.9999998807907104);
  const p1 = constant(1.0000072717666626);
  const p2 = constant(-0.6667011976242065);
  const p3 = constant(0.4993981719017029);
  const p4 = constant(-0.39800330996513367);
  const p5 = constant(0.34501659870147705);
  const p6 = constant(-0.32445162534713745);
  const p7 = constant(0.20213791728019714);
  const end = groups + <usize>count * GROUP_BYTES;
  do {
    const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.shr_u(v128.load(groups), 8), one));
    const bits = i32x4.sub(k, sqrtHalfShifted);
    const e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
    const f = f32x4.sub(i32x4.add(v128.and(bits, mantissa), sqrtHalf), unity);
    const f2 = f32x4.mul(f, f);
    const low = madd(madd(p3, f, p2), f2, madd(p1, f, p0));
    const high = madd(madd(p7, f, p6), f2, madd(p5, f, p4));
    const p = madd(high, f32x4.mul(f2, f2), low);
    v128.store(groups, madd(p, f, f32x4.mul(e, minus2Ln2)));
    groups += GROUP_BYTES;
  } while (groups < end);
}

/** Bits of the float32 √½. */
const SQRT_HALF: i32 = 0x3f3504f3;

/**
 * Words 4-7 are angles φ = 2πk/2²⁴, k = word >>> 8: radii and angles become R cos φ and R sin φ. The low 30 bits of the
 * word, read as a signed number, are the exact distance from the nearest quarter turn, t eighths of a turn with t in
 * [−1, 1); the quarter swaps cosine and sine and sets their signs.
 */
function turns(groups: usize, count: i32): void {
  const eighth = word(0x20000000);
  const sign = word(0x80000000);
  const scale = constant(4.656612873077393e-10);
  const unity = constant(1);
  const c1 = constant(-0.3084245026111603);
  const c2 = constant(0.01585039682686329);
  const c3 = constant(-0.00031916017178446054);
  const s0 = constant(0.7853981852531433);
  const s1 = constant(-0.08074543625116348);
  const s2 = constant(0.00249000103212893);
  const s3 = constant(-3.59504520019982e-5);
  const end = groups + <usize>count * GROUP_BYTES;
  do {
    const word = v128.load(groups, 16);
    const rest = i32x4.shl(i32x4.shr_u(word, 8), 10);
    const t = f32x4.mul(f32x4.convert_i32x4_s(rest), scale);
    const z = f32x4.mul(t, t);
    const c = madd(madd(madd(c3, z, c2), z, c1), z, unity);
    const s = f32x4.mul(madd(madd(madd(s3, z, s2), z, s1), z, s0), t);

    const quarter = i32x4.add(word, eighth);
    const odd = i32x4.shl(quarter, 1);
    const swap = v128.and(v128.xor(c, s), i32x4.shr_s(odd, 31));
    const cosSign = v128.and(v128.xor(quarter, odd), sign);
    const sinSign = v128.and(quarter, sign);
    const radius = f32x4.sqrt(v128.load(groups));
    v128.store(groups, f32x4.mul(radius, v128.xor(v128.xor(c, swap), cosSign)));
    v128.store(groups, f32x4.mul(radius, v128.xor(v128.xor(s, swap), sinSign)), 16);
    groups += GROUP_BYTES;
  } while (groups < end);
}
