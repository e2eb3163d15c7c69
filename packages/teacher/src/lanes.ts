/** Generators of a block that step together, once a group. */
export const LANES = 8;

const WORDS_OF_STATE = 4;
const HASH_STARTS = [0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x5cedc834] as const;

/**
 * The states of the eight xoshiro128++ lanes of one block, [lane, word], docs/theory.md (35): word w of lane ℓ is the
 * MurmurHash3 of the 32-bit words (seed low, seed high, hash of the stream's name, step, block, ℓ), started from
 * `HASH_STARTS[w]`. A state of zeros, which xoshiro never leaves, gets a 1 in word 0.
 */
export function seedLanes(seed: number, nameHash: number, step: number, block: number): Int32Array {
  const high = Math.floor(seed / 2 ** 32);
  const states = new Int32Array(LANES * WORDS_OF_STATE);
  for (const [word, start] of HASH_STARTS.entries()) {
    let prefix = murmurMix(start, seed % 2 ** 32);
    prefix = murmurMix(prefix, high);
    prefix = murmurMix(prefix, nameHash);
    prefix = murmurMix(prefix, step);
    prefix = murmurMix(prefix, block);
    for (let lane = 0; lane < LANES; lane++) {
      states[lane * WORDS_OF_STATE + word] = murmurFinish(murmurMix(prefix, lane), 6);
    }
  }
  return reviveZeroStates(states);
}

/** Sets word 0 of every all-zero state to 1, in place. No seeding is known to need it. */
export function reviveZeroStates(states: Int32Array): Int32Array {
  for (let i = 0; i < states.length; i += WORDS_OF_STATE) {
    const any = states[i]! | states[i + 1]! | states[i + 2]! | states[i + 3]!;
    if (any === 0) states[i] = 1;
  }
  return states;
}

/**
 * Steps every lane `groups` times, from and to `states`, and writes the outputs as `words` [groups, lane], unsigned.
 * One lane after the other: its state stays in registers.
 */
export function fillWords(states: Int32Array, words: Uint32Array, groups: number): void {
  const end = groups * LANES;
  for (let lane = 0; lane < LANES; lane++) {
    const state = lane * WORDS_OF_STATE;
    let s0 = states[state]!;
    let s1 = states[state + 1]!;
    let s2 = states[state + 2]!;
    let s3 = states[state + 3]!;
    for (let i = lane; i < end; i += LANES) {
      const sum = (s0 + s3) | 0;
      words[i] = (((sum << 7) | (sum >>> 25)) + s0) | 0;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    states[state] = s0;
    states[state + 1] = s1;
    states[state + 2] = s2;
    states[state + 3] = s3;
  }
}

/** The 32-bit FNV-1a hash of the UTF-8 bytes of `text`. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The body of MurmurHash3 (x86, 32 bits): folds one 32-bit `word` into `hash`. */
export function murmurMix(hash: number, word: number): number {
  const scrambled = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotateLeft(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

/** The end of MurmurHash3 after `words` words: their length in bytes, then the avalanche. An unsigned 32-bit number. */
export function murmurFinish(hash: number, words: number): number {
  let h = hash ^ (4 * words);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
