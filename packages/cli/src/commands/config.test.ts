import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema, parseConfig, presetConfig, presetNames } from '@softmoe/lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

it('softmoe config prints of each preset what its run uses', async () => {
  for (const name of presetNames) {
    const { code, stdout } = await softmoe('config', name);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(presetConfig(name));
  }
});

it('softmoe config with options or a file prints what the run has in its result', async () => {
  const options = ['quick', '--students', '4', '--train-time', '0.1', '--finetune-max-steps', '1'];
  const shown = await softmoe('config', ...options);
  const run = await softmoe('run', ...options, '--json', '--quiet');
  expect(JSON.parse(shown.stdout)).toEqual(JSON.parse(run.stdout).config);
  const kept = await file('kept.json', JSON.parse(shown.stdout));
  expect((await softmoe('config', kept)).stdout).toBe(shown.stdout);
});

it('softmoe config reads the teacher that is named, and pins it', async () => {
  const teacher = await file('mine.json', {
    router: [[1, 0, 0, 0]],
    expert: [[0, 1, 0, 0]],
    amplitude: [3],
  });
  const { stdout } = await softmoe('config', '--teacher', teacher);
  expect(JSON.parse(stdout)).toMatchObject({
    inputDim: 4,
    teachers: 1,
    students: 5,
    teacher: { file: teacher, amplitudes: [3], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(parseConfig(JSON.parse(stdout))).toEqual(JSON.parse(stdout));
});

it('softmoe config --quiet tells by its exit code whether a file is right, and warns', async () => {
  const right = await file('right.json', { inputDim: 12, teachers: 2, students: 1 });
  const good = await softmoe('config', right, '--quiet');
  expect(good).toMatchObject({ code: 0, stdout: '' });
  expect(good.stderr).toMatch(/^warning: 1 students cannot represent 2 teacher experts/);
  const wrong = await file('wrong.json', { inputDim: 12, gates: 'tanh' });
  const bad = await softmoe('config', wrong, '--quiet');
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).toMatch(/^ConfigError: gates: is not a field of a config/);
  const narrow = await softmoe('config', '--input-dim', '9', '--quiet');
  expect(narrow.code).toBe(2);
  expect(narrow.stderr).toMatch(/^ValueError: inputDim: .*got 9[\s\S]*The option is\s+--input-dim/);
});

it('softmoe config --schema prints the JSON Schema of a config, or of a sweep', async () => {
  const { stdout } = await softmoe('config', '--schema');
  const schema = JSON.parse(stdout);
  expect(Object.keys(schema.properties)).toEqual(Object.keys(configSchema.shape));
  expect(schema.additionalProperties).toBe(false);
  expect(
    JSON.parse((await softmoe('config', '--schema', 'sweep')).stdout).properties,
  ).toHaveProperty('grid');
  const other = await softmoe('config', '--schema', 'result');
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(/Allowed choices are config, sweep/);
});

it('a config and a sweep may name their JSON Schema, which is no part of what is run', async () => {
  const plain = { inputDim: 12, teachers: 2, students: 6 };
  const named = await file('named.json', { $schema: './config.schema.json', ...plain });
  const { stdout, stderr } = await softmoe('config', named);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(parseConfig(plain));
});
