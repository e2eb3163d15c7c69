import { normals } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { isDataConfig, parseConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { parseDataConfig } from './data-config.ts';
import { dataResultFormat, runData } from './data-run.ts';

const data = { file: 'x.csv', target: 'y' };

it('parseDataConfig fills in every default, and leaves what it gives as it is', () => {
  const config = parseDataConfig({ engine: 'data', data });
  expect(config).toMatchObject({
    students: 12,
    starts: 3,
    expert: { kind: 'gelu' },
    compare: true,
  });
  expect(parseDataConfig(config)).toEqual(config);
  expect(parseDataConfig({ $schema: 'data.schema.json', ...config })).toMatchObject(config);
  expect(isDataConfig(config)).toBe(true);
  expect(isDataConfig({ engine: 'exact' })).toBe(false);
});

it.each<[object, RegExp]>([
  [
    { teachers: 3 },
    /^teachers: is not a field of a config of the engine data.*Known fields: .*students/,
  ],
  [{ validation: 1 }, /^validation: /],
  [{ prune: { rule: 'size' } }, /^prune\.size: /],
  [{ data: { file: 'x.csv' } }, /^data\.target: .*Give .*--data FILE and .*--target COLUMN\.$/],
  [
    { data: { ...data, colums: ['a'] } },
    /^data\.colums: is not a field.*Known fields: file, sha256, target, columns/,
  ],
  [{ data: { ...data, sha256: 'ab' } }, /^data\.sha256: must be 64 hexadecimal digits/],
])('parseDataConfig refuses what has no meaning there (%#)', (change, message) => {
  const call = () => parseDataConfig({ engine: 'data', data, ...change });
  expect(call).toThrow(ConfigError);
  expect(call).toThrow(message);
});

it('parseConfig says of a config of the engine data what it is, in one sentence', () => {
  const config = parseDataConfig({ engine: 'data', data });
  expect(() => parseConfig(config)).toThrow(/^engine: is that of a run on a table.*softmoe run/);
});

it('runData gives a result that is JSON, without a word of a teacher, and the same again', async () => {
  const inputs = normals({ seed: 1, stream: 'inputs', step: 0, size: 120 }, 2);
  const targets = Float64Array.from({ length: 120 }, (_, s) => Math.sin(inputs[2 * s] ?? 0));
  const config = parseDataConfig({
    ...{ engine: 'data', data, students: 4, starts: 1, steps: 10 },
    prune: { rule: 'size', size: 2 },
  });
  const sha256 = 'a'.repeat(64);
  const many = runData({ inputs, targets }, sha256, { ...config, students: 73 });
  await expect(many).rejects.toThrow(/^students: must be at most 72, the number of rows/);
  const { model, result } = await runData({ inputs, targets }, sha256, config);
  const written = JSON.parse(JSON.stringify(result));
  expect(dataResultFormat.schema.safeParse(written)).toEqual({ success: true, data: result });
  expect(JSON.stringify(result)).not.toMatch(/teacher|recovered/);
  expect(result.config.data.sha256).toBe(sha256);
  expect(result.comparison.map(({ kind }) => kind)).toEqual(['pruned', 'scratch', 'mlp']);
  expect(model.spec.experts).toBe(2);
  expect(await runData({ inputs, targets }, sha256, result.config)).toEqual({ model, result });
  const other = runData({ inputs, targets }, 'b'.repeat(64), result.config);
  await expect(other).rejects.toThrow(/^data\.sha256: must be that of the file given, bbb/);
});
