import { describe, expect, it } from 'vitest';
import { fillWords, LANES, reviveZeroStates, seedLanes } from './lanes.ts';

/** First outputs of xoshiro128++ from the state (1, 2, 3, 4), as published with its reference code. */
const known = [
  641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011,
  621204420,
];

describe('fillWords', () => {
  it('steps every lane by xoshiro128++', () => {
    const states = Int32Array.from({ length: 4 * LANES }, (_, i) => (i % 4) + 1);
    const words = new Uint32Array(known.length * LANES);
    fillWords(states, words, known.length);
    for (let lane = 0; lane < LANES; lane++) {
      expect(known.map((_, group) => words[group * LANES + lane])).toEqual(known);
    }
  });

  it('goes on where it stopped', () => {
    const whole = new Uint32Array(10 * LANES);
    fillWords(seedLanes(5, 6, 7, 8), whole, 10);
    const states = seedLanes(5, 6, 7, 8);
    const part = new Uint32Array(7 * LANES);
    fillWords(states, part, 3);
    expect(part.slice(0, 3 * LANES)).toEqual(whole.slice(0, 3 * LANES));
    fillWords(states, part, 7);
    expect(part).toEqual(whole.slice(3 * LANES));
  });
});

describe('seedLanes', () => {
  it('gives all 32 words of state different values', () => {
    expect(new Set(seedLanes(0, 0, 0, 0)).size).toBe(32);
  });

  it('gives states that depend on both halves of the seed, the name, the step and the block', () => {
    const keys: [number, number, number, number][] = [
      [1, 2, 3, 4],
      [1 + 2 ** 32, 2, 3, 4],
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
      [1, 2, 4, 3],
    ];
    const states = keys.map((key) => seedLanes(...key).join());
    expect(new Set(states).size).toBe(keys.length);
  });

  it('never leaves a lane in the state of zeros', () => {
    const states = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 9);
    expect([...reviveZeroStates(states)]).toEqual([1, 0, 0, 0, 0, 0, 0, 9]);
  });
});
