import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createExperiment, runExperiment } from '@softmoe/lab';
import { forward, type MoE, saveMoE } from '@softmoe/model';
import { createRunFolder, saveOnnx } from '@softmoe/runs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
let model: MoE;
const at = (name: string) => join(folder, name);
const points = [0.5, -1, 2, 0, 1, 1, 0, -0.25];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-export-'));
  const experiment = createExperiment({ inputDim: 4, teachers: 1, students: 8, seed: 1 });
  const run = await createRunFolder(at('run'), experiment.snapshot());
  const { models } = await runExperiment(experiment, { onRecord: (event) => run.add(event) });
  await run.close();
  model = models.final;
  await writeFile(at('model.safetensors'), saveMoE(model));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('softmoe export --onnx writes the final student of a run into its folder, and a model beside its file', async () => {
  const expected = Buffer.from(await saveOnnx(model));
  for (const [path, file] of [
    ['run', join('run', 'final.onnx')],
    ['model.safetensors', 'model.onnx'],
  ] as const) {
    expect(await softmoe('export', at(path), '--onnx')).toEqual({
      code: 0,
      stdout: `${at(file)}\n`,
      stderr: '',
    });
    expect(await readFile(at(file))).toEqual(expected);
  }
  const argv = ['export', at('run'), '--onnx', '--out', at('other.onnx')];
  expect((await softmoe(...argv)).stdout).toBe(`${at('other.onnx')}\n`);
  expect(await readFile(at('other.onnx'))).toEqual(expected);
  await softmoe(...argv, '--float32');
  const single = await saveOnnx(model, { precision: 'float32' });
  expect(await readFile(at('other.onnx'))).toEqual(Buffer.from(single));
});

it('softmoe export --onnx refuses what is no model, and a place where no file can be', async () => {
  const none = await softmoe('export', join(at('run'), 'config.json'), '--onnx');
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/^FormatError: model: is no model that can be used/);
  const taken = await softmoe('export', at('run'), '--onnx', '--out', at('run'));
  expect(taken.code).toBe(2);
  expect(taken.stderr).toMatch(/^RunFolderError: out: cannot be written .*EISDIR/s);
  const tables = await softmoe('export', at('run'), '--float32');
  expect(tables).toMatchObject({ code: 2, stdout: '' });
  expect(tables.stderr).toMatch(/^error: option '--float32' needs --onnx/);
});

const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
it.skipIf(!numpy)('docs/elsewhere.md computes f in NumPy as forward does', async () => {
  const path = fileURLToPath(new URL('../../../../docs/elsewhere.md', import.meta.url));
  const [, text = ''] = (await readFile(path, 'utf8')).split('## NumPy');
  const [, script = ''] = text.match(/```python\n([\s\S]*?)```/) ?? [];
  expect(script.trim().split('\n')).toHaveLength(10);
  await writeFile(at('forward.py'), script);
  const save = `import numpy; numpy.save('x', numpy.reshape([${points}], (2, 4)))`;
  expect(spawnSync('python3', ['-c', save], { cwd: folder }).status).toBe(0);
  const argv = [at('forward.py'), at('model.safetensors'), at('x.npy')];
  const { stdout, stderr } = spawnSync('python3', argv, { encoding: 'utf8' });
  expect(stderr).toBe('');
  const expected = forward(model, Float64Array.from(points), 2);
  const values = stdout.trim().split(' ').map(Number);
  expect(values).toHaveLength(2);
  for (const [s, f] of expected.entries())
    expect(Math.abs(f - (values[s] ?? NaN))).toBeLessThan(1e-14);
});
