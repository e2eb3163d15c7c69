import { createExperiment, parseConfig } from '@softmoe/lab';
import { saveMoE } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { readSource } from './source.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const file = (bytes: Uint8Array, config: unknown = {}) =>
  readSource({ kind: 'file', name: 'file', bytes, config });

it('a link to a preset that says nothing of sampling draws all inputs, as when it was made', () => {
  const link = (train?: object) =>
    readSource({
      kind: 'preset',
      name: 'canonical',
      changes: { engine: 'online', ...(train && { train }) },
    });
  expect(link().config.train.sampling).toBe('inputs');
  expect(link({ time: 5 }).config.train).toMatchObject({ sampling: 'inputs', time: 5 });
  expect(link({ sampling: 'span' }).config.train.sampling).toBe('span');
});

describe('a file', () => {
  it('may be a config, or a result with its config', () => {
    const config = parseConfig({ inputDim: 32, seed: 5 });
    expect(file(bytesOf(JSON.stringify(config)))).toEqual({ config });
    expect(file(bytesOf(` ${JSON.stringify({ certificate: {}, config })}`))).toEqual({ config });
  });

  it('may be a config in UTF-8 with a mark, and in UTF-16 as PowerShell writes it', () => {
    const text = '\ufeff{ "inputDim": 32, "seed": 5 }';
    const units = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
    const little = new Uint8Array(2 * units.length);
    const big = new Uint8Array(2 * units.length);
    for (const [i, unit] of units.entries()) {
      new DataView(little.buffer).setUint16(2 * i, unit, true);
      new DataView(big.buffer).setUint16(2 * i, unit, false);
    }
    for (const bytes of [bytesOf(text), little, big]) {
      expect(file(bytes).config).toMatchObject({ inputDim: 32, seed: 5 });
    }
  });

  it('may be a model, which brings its own spec', () => {
    const { student } = createExperiment({ inputDim: 16, teachers: 2, students: 3, gate: 'tanh' });
    const start = file(saveMoE(student), { teachers: 2, seed: 4 });
    expect(start.student).toEqual(student);
    expect(start.config).toMatchObject({
      inputDim: 16,
      students: 3,
      teachers: 2,
      gate: 'tanh',
      seed: 4,
    });
  });

  it('is refused with a remedy if it is neither', () => {
    expect(() => file(bytesOf('{ "inputDim": '))).toThrow(/is not JSON/);
    expect(() => file(bytesOf('{ "inputDim": "many" }'))).toThrow(/inputDim/);
    expect(() => file(bytesOf('PNG or so'))).toThrow(/is no config and no model \(got "9 bytes"\)/);
    expect(() => file(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))).toThrow(/is no text/);
    expect(() => file(bytesOf('[{}]'))).toThrow(/is no config/);
    expect(() => file(bytesOf('{ "seed": 1, "seed": 2 }'))).toThrow(/seed/);
    expect(() => file(new Uint8Array(0))).toThrow(/is empty/);
    expect(() => file(bytesOf(`{${' '.repeat(2_000_000)}}`))).toThrow(/at most/);
  });
});

it('a sweep is called what it is, with the command that takes it', () => {
  const sweep = { name: 'seeds', base: 'quick', grid: { seed: [1, 2] } };
  expect(() => file(bytesOf(JSON.stringify(sweep)))).toThrow(
    /^file: is a sweep, of many runs .* Do its runs with softmoe sweep/,
  );
});

it('knows presets by name', () => {
  const { config } = readSource({ kind: 'preset', name: 'quick', changes: { seed: 3 } });
  expect(config).toMatchObject({ inputDim: 64, seed: 3 });
  expect(() => readSource({ kind: 'preset', name: 'slow' })).toThrow(/is not a preset/);
});
