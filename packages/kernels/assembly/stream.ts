// The counter-based stream of docs/theory.md (35): murmur3 seeds the eight xoshiro128++ lanes of a block from
// (seed, stream name, step, block). Bit-identical to blockWords of @softmoe/teacher.
//
// Lanes 0-3 and 4-7 are two vectors. A key is the hash of all words but block and lane, one 32-bit word for each of the
// four state words; it is made once a step.

/** Bytes of a key and of the states of a block's lanes. */
export const KEY_BYTES: usize = 16;
export const LANE_BYTES: usize = 128;

/** Writes the key of (seed, name, step). */
export function writeKey(key: usize, seedLow: i32, seedHigh: i32, name: i32, step: i32): void {
  for (let word: usize = 0; word < 4; word++) {
    let hash = startOf(<i32>word);
    hash = mix(hash, seedLow);
    hash = mix(hash, seedHigh);
    hash = mix(hash, name);
    hash = mix(hash, step);
    store<i32>(key + (word << 2), hash);
  }
}

/** Seeds the lanes of a block: states [word][lane]. */
export function seedLanes(key: usize, block: i32, lanes: usize): void {
  const low = scramble(i32x4(0, 1, 2, 3));
  const high = scramble(i32x4(4, 5, 6, 7));
  let anyLow = i32x4.splat(0);
  let anyHigh = i32x4.splat(0);
  for (let word: usize = 0; word < 4; word++) {
    const prefix = i32x4.splat(mix(load<i32>(key + (word << 2)), block));
    const stateLow = finish(prefix, low);
    const stateHigh = finish(prefix, high);
    v128.store(lanes + (word << 5), stateLow);
    v128.store(lanes + (word << 5), stateHigh, 16);
    anyLow = v128.or(anyLow, stateLow);
    anyHigh = v128.or(anyHigh, stateHigh);
  }
  reviveZeroStates(lanes, anyLow);
  reviveZeroStates(lanes + 16, anyHigh);
}

/** Steps the lanes `groups` times and writes their outputs, [groups][8]. */
export function fillWords(lanes: usize, words: usize, groups: i32): void {
  let a0 = v128.load(lanes, 0);
  let b0 = v128.load(lanes, 16);
  let a1 = v128.load(lanes, 32);
  let b1 = v128.load(lanes, 48);
  let a2 = v128.load(lanes, 64);
  let b2 = v128.load(lanes, 80);
  let a3 = v128.load(lanes, 96);
  let b3 = v128.load(lanes, 112);
  for (const end = words + (<usize>groups << 5); words < end; words += 32) {
    v128.store(words, i32x4.add(rotate(i32x4.add(a0, a3), 7), a0));
    const shiftedA = i32x4.shl(a1, 9);
    a2 = v128.xor(a2, a0);
    a3 = v128.xor(a3, a1);
    a1 = v128.xor(a1, a2);
    a0 = v128.xor(a0, a3);
    a2 = v128.xor(a2, shiftedA);
    a3 = rotate(a3, 11);
    v128.store(words, i32x4.add(rotate(i32x4.add(b0, b3), 7), b0), 16);
    const shiftedB = i32x4.shl(b1, 9);
    b2 = v128.xor(b2, b0);
    b3 = v128.xor(b3, b1);
    b1 = v128.xor(b1, b2);
    b0 = v128.xor(b0, b3);
    b2 = v128.xor(b2, shiftedB);
    b3 = rotate(b3, 11);
  }
  v128.store(lanes, a0, 0);
  v128.store(lanes, b0, 16);
  v128.store(lanes, a1, 32);
  v128.store(lanes, b1, 48);
  v128.store(lanes, a2, 64);
  v128.store(lanes, b2, 80);
  v128.store(lanes, a3, 96);
  v128.store(lanes, b3, 112);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function rotate(a: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(a, bits), i32x4.shr_u(a, 32 - bits));
}

// murmur3_x86_32, on one word and on four lanes.

function startOf(word: i32): i32 {
  if (word == 0) return 0x9e3779b9;
  if (word == 1) return 0x7f4a7c15;
  if (word == 2) return 0xf39cc060;
  return 0x5cedc834;
}

function mix(hash: i32, word: i32): i32 {
  const scrambled = rotl<i32>(word * 0xcc9e2d51, 15) * 0x1b873593;
  return rotl<i32>(hash ^ scrambled, 13) * 5 + 0xe6546b64;
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function scramble(words: v128): v128 {
  const product = i32x4.mul(words, i32x4.splat(0xcc9e2d51));
  return i32x4.mul(rotate(product, 15), i32x4.splat(0x1b873593));
}

/** Mixes in the last word, then the length of six words, then the avalanche. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function finish(prefix: v128, scrambled: v128): v128 {
  let h = rotate(v128.xor(prefix, scrambled), 13);
  h = i32x4.add(i32x4.mul(h, i32x4.splat(5)), i32x4.splat(0xe6546b64));
  h = v128.xor(h, i32x4.splat(24));
  h = v128.xor(h, i32x4.shr_u(h, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** xoshiro never leaves a state of zeros: such a lane gets a 1 in word 0. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function reviveZeroStates(lanes: usize, any: v128): void {
  const one = i32x4.shr_u(i32x4.eq(any, i32x4.splat(0)), 31);
  v128.store(lanes, v128.or(v128.load(lanes), one));
}
