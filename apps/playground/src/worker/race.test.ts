import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { expect, it } from 'vitest';
import type { RaceReport } from '../protocol.ts';
import { race } from './race.ts';

/** Node 20 has relaxed SIMD behind a flag. */
const relaxed = await createKernelsBackend({ variant: 'relaxed' }).then(
  () => true,
  () => false,
);

const track = { inputDim: 16, teachers: 2, students: 4, batchSize: 64, rounds: 2 };

async function ran(engine: { wasm: boolean; simd: boolean }): Promise<RaceReport[]> {
  const reports: RaceReport[] = [];
  for await (const report of race(engine, track)) reports.push(report);
  return reports;
}

it('gives every racer its turns on one batch, each within 1e-4 of the loss in float64', async () => {
  const reports = await ran({ wasm: true, simd: true });
  const last = reports.at(-1)!;
  expect(last).toMatchObject({ round: 2, rounds: 2, batchSize: 64 });
  const kinds = [
    ['relaxed', 'tfjs-wasm', 'fused', 'relaxed'],
    ['simd', 'tfjs-wasm', 'fused', 'simd'],
    ['composed', 'tfjs-wasm', 'composed', 'simd'],
    ['cpu', 'tfjs-cpu', 'composed', 'none'],
    ['float64', 'reference', 'composed', 'none'],
  ] as const;
  for (const [i, { name, speed = 0, error = 1, backend, why }] of last.racers.entries()) {
    if (name === 'relaxed' && !relaxed) {
      expect(why).toMatch(/relaxed/);
      continue;
    }
    expect([name, backend?.name, backend?.kernels, backend?.simd]).toEqual(kinds[i]);
    expect(speed, name).toBeGreaterThan(0);
    expect(error, name).toBeLessThan(1e-4);
  }
  expect(last.racers).toHaveLength(kinds.length);
  // Rounds only ever go on, and nothing is measured before the first.
  expect(reports.map(({ round }) => round)).toEqual(reports.map(({ round }) => round).sort());
  expect(reports[0]?.racers.every(({ speed }) => speed === undefined)).toBe(true);
});

it('leaves out whom this browser lacks what it needs for, and says why', async () => {
  const { racers } = (await ran({ wasm: true, simd: false })).at(-1)!;
  for (const name of ['relaxed', 'simd', 'composed']) {
    expect(racers.find((racer) => racer.name === name)?.why).toMatch(/no WebAssembly SIMD/);
  }
  for (const name of ['cpu', 'float64']) {
    expect(racers.find((racer) => racer.name === name)?.speed).toBeGreaterThan(0);
  }
});
