import { BLOCK_ROWS, blockWords, noiseNormals, normals } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf, partsOf, variants } from '../test/arena.ts';
import { type Draw, workspaceBytes } from './index.ts';

// The stream of @softmoe/teacher, number by number.

const draws: fc.Arbitrary<Draw> = fc.record({
  seed: fc.maxSafeNat(),
  stream: fc.string({ minLength: 1, unit: 'grapheme' }),
  step: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  size: fc.integer({ min: 1, max: 200 }),
});

const bound = (truth: number) => 1e-6 * Math.max(1, Math.abs(truth));

function worst(actual: Float32Array, truth: ArrayLike<number>): number {
  let most = 0;
  actual.forEach((x, i) => {
    const error = Math.abs(x - truth[i]!) / bound(truth[i]!);
    most = Math.max(most, Number.isNaN(error) ? Infinity : error);
  });
  return most;
}

describe.each(variants)('%s', async (variant) => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf(variant, memory);
  const parts = await partsOf(variant, memory);

  function draw(key: Draw, columns: number): Float32Array {
    const arena = new Arena(memory);
    const spec = { inputDim: columns, experts: 1, routing: 'independent' as const };
    const model = { ...spec, gate: 'sigmoid' as const, expert: { kind: 'relu' as const } };
    const outputs = arena.take(key.size * columns);
    kernels.normals(key, columns, outputs, arena.take(workspaceBytes({ model }) / 4));
    expect(arena.intact()).toBe(true);
    return arena.read(outputs, key.size * columns);
  }

  it('draws the normals of @softmoe/teacher to 1e-6·max(1, |z|)', () => {
    fc.assert(
      fc.property(draws, fc.integer({ min: 1, max: 100 }), (key, columns) => {
        expect(worst(draw(key, columns), normals(key, columns))).toBeLessThan(1);
      }),
    );
  });

  it('draws its words bit for bit', () => {
    const arena = new Arena(memory);
    const words = arena.take(64 * 8);
    const workspace = Math.ceil(arena.take(4096) / 64) * 64;
    fc.assert(
      fc.property(draws, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (key, block) => {
        drawInto(key, workspace);
        parts.words(workspace, block, 64, words);
        const actual = new Uint32Array(memory.buffer, words, 64 * 8);
        expect(actual).toEqual(blockWords({ ...key, block }, 64));
      }),
    );
    expect(arena.intact()).toBe(true);
  });

  /** Leaves the records of a draw at the head of a workspace. */
  function drawInto(key: Draw, workspace: number): void {
    const output = workspace + 8192;
    kernels.normals({ ...key, size: 1 }, 1, output, workspace);
  }

  const GROUPS = 1 << 16;
  const groups = 1 << 16;

  /** Box–Muller on given radius and angle words, four of each a group. */
  function boxMuller(radius: (i: number) => number, angle: (i: number) => number): Float32Array {
    const missing = groups + 32 * GROUPS - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    const words = new Uint32Array(memory.buffer, groups, 8 * GROUPS);
    for (let i = 0; i < 4 * GROUPS; i++) {
      const at = (i >> 2) * 8 + (i & 3);
      words[at] = radius(i);
      words[at + 4] = angle(i);
    }
    parts.boxMuller(groups, GROUPS);
    return new Float32Array(memory.buffer, groups, 8 * GROUPS);
  }

  it('is accurate for every one of the 2²⁴ radii', () => {
    let most = 0;
    for (let first = 0; first < 2 ** 24; first += 4 * GROUPS) {
      const actual = boxMuller(
        (i) => ((first + i) << 8) | 0xa5,
        () => 0,
      );
      for (let i = 0; i < 4 * GROUPS; i++) {
        const truth = Math.sqrt(-2 * Math.log((first + i + 1) / 2 ** 24));
        const at = (i >> 2) * 8 + (i & 3);
        const error = Math.abs(actual[at]! - truth) / bound(truth) + Math.abs(actual[at + 4]!);
        if (!(error <= most)) most = error;
      }
    }
    expect(most).toBeLessThan(0.5);
  });

  it('is accurate for every one of the 2²⁴ angles, at the largest radius', () => {
    const radius = Math.sqrt(48 * Math.LN2);
    let most = 0;
    for (let first = 0; first < 2 ** 24; first += 4 * GROUPS) {
      const actual = boxMuller(
        () => 0xff,
        (i) => ((first + i) << 8) | 0x5a,
      );
      for (let i = 0; i < 4 * GROUPS; i++) {
        const angle = (2 * Math.PI * (first + i)) / 2 ** 24;
        const at = (i >> 2) * 8 + (i & 3);
        const cos = radius * Math.cos(angle);
        const sin = radius * Math.sin(angle);
        const error = Math.max(
          Math.abs(actual[at]! - cos) / bound(cos),
          Math.abs(actual[at + 4]! - sin) / bound(sin),
        );
        if (!(error <= most)) most = error;
      }
    }
    expect(most).toBeLessThan(1);
  });

  it('gives rows that do not depend on size, and columns that do not depend on their number', () => {
    const key = { seed: 5, stream: 'rows', step: 9, size: 150 };
    const whole = draw(key, 40);
    for (const size of [1, 7, 64, 65]) {
      expect(draw({ ...key, size }, 40)).toEqual(whole.slice(0, 40 * size));
    }
    const narrow = draw(key, 13);
    narrow.forEach((x, i) => {
      expect(x).toBe(whole[Math.floor(i / 13) * 40 + (i % 13)]);
    });
  });

  it('draws label noise from the stream of the noise', () => {
    // With one unit of amplitude 0 the loss is ½ mean (noise·ξ)², to the rounding of ξ.
    const arena = new Arena(memory);
    const model = {
      spec: {
        inputDim: 3,
        experts: 1,
        gate: 'sigmoid' as const,
        expert: { kind: 'linear' as const },
        routing: 'independent' as const,
      },
      params: {
        router: arena.take(3, [1, 0, 0]),
        expert: arena.take(3, [0, 1, 0]),
        amplitude: arena.take(1, [0]),
      },
    };
    const gradient = { router: arena.take(3), expert: arena.take(3), amplitude: arena.take(1) };
    const bytes = workspaceBytes({ model: model.spec, teacher: model.spec });
    const workspace = arena.take(bytes / 4);
    for (const size of [1, 63, 64, 1000]) {
      const key = { seed: 8, stream: 'noisy', step: 3, size, noise: 0.7 };
      const loss = kernels.online(model, model, key, gradient, workspace);
      const truth = noiseNormals(key).reduce((sum, x) => sum + (0.7 * x) ** 2 / (2 * size), 0);
      expect(Math.abs(loss / truth - 1)).toBeLessThan(1e-6);
    }
    expect(BLOCK_ROWS).toBe(64);
  });
});
