import { ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permutation, type ShuffleKey } from './shuffle.ts';

const keys = fc.record<ShuffleKey>({
  seed: fc.maxSafeNat(),
  stream: fc.string({ minLength: 1 }),
  epoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  size: fc.integer({ min: 1, max: 300 }),
});

describe('a permutation', () => {
  it('holds every index once, and is a function of its key', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const order = permutation(key);
        expect([...order.toSorted()]).toEqual(Array.from({ length: key.size }, (_, i) => i));
        expect(permutation({ ...key })).toEqual(order);
      }),
    );
  });

  it('is every order equally often', () => {
    const epochs = 24_000;
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = permutation({ seed: 5, stream: 'orders', epoch, size: 4 }).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const expected = epochs / 24;
    const chiSquare = [...counts.values()].reduce((s, n) => s + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(49.7); // one chance in a thousand at 23 degrees of freedom
  });

  it('of a bad size or epoch is refused', () => {
    const key = { seed: 1, stream: 's', epoch: 0, size: 3 };
    expect(() => permutation({ ...key, size: 0 })).toThrow(ValueError);
    expect(() => permutation({ ...key, epoch: -1 })).toThrow(ValueError);
  });
});
