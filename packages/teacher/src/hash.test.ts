import { describe, expect, it } from 'vitest';
import { fnv1a, murmurFinish, murmurMix } from './lanes.ts';

const ascii = (text: string) =>
  [...text].reduce((word, c, i) => word | (c.charCodeAt(0) << (8 * i)), 0);

describe('fnv1a', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j to its published value', (text, hash) => {
    expect(fnv1a(text)).toBe(hash);
  });

  it('hashes UTF-8 bytes, not UTF-16 units', () => {
    const bytes = [0xc3, 0xb6];
    const expected = bytes.reduce((h, b) => Math.imul(h ^ b, 0x01000193), 0x811c9dc5) >>> 0;
    expect(fnv1a('ö')).toBe(expected);
  });
});

describe('MurmurHash3', () => {
  it.each([
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['test', 0x9747b28c, 0x704b81dc],
  ])('gives the published hash of %j from %i', (text, seed, hash) => {
    const words = text === '' ? [] : [ascii(text)];
    expect(murmurFinish(words.reduce(murmurMix, seed), words.length)).toBe(hash);
  });
});
