import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExperiment, runExperiment } from '@softmoe/lab';
import { forward, saveMoE } from '@softmoe/model';
import { createRunFolder } from '@softmoe/runs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const inputs = Float64Array.of(0.5, -1, 2, 0, 1, 1, 0, -0.25);
const experiment = createExperiment({ inputDim: 4, teachers: 1, students: 8, seed: 1 });
let expected: Float64Array;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-predict-'));
  const run = await createRunFolder(at('run'), experiment.snapshot());
  const unfinished = await createRunFolder(at('unfinished'), experiment.snapshot());
  await unfinished.close();
  const { models } = await runExperiment(experiment, { onRecord: (event) => run.add(event) });
  await run.close();
  expected = forward(models.final, inputs, 2);
  await writeFile(at('model.safetensors'), saveMoE(models.final));
  await writeFile(at('pruned.safetensors'), saveMoE(models.pruned));
  await writeFile(at('x.csv'), 'id,a,b,c,d\n1,0.5,-1,2,0\n2,1,1,0,-0.25\n');
  await writeFile(at('x.json'), '[[0.5,-1,2,0],[1,1,0,-0.25]]');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('softmoe predict prints what forward gives, of a model and of a run, to the last digit', async () => {
  const lines = `prediction\n${[...expected].join('\n')}\n`;
  const chosen = ['--data', at('x.csv'), '--columns', 'a, b, c, d'];
  expect(await softmoe('predict', at('model.safetensors'), ...chosen)).toEqual({
    code: 0,
    stdout: lines,
    stderr: '',
  });
  expect((await softmoe('predict', at('run'), '--data', at('x.json'))).stdout).toBe(lines);
});

it('softmoe predict writes CSV, NumPy and JSON files', async () => {
  for (const name of ['y.csv', 'y.npy', 'y.json']) {
    const argv = ['predict', at('run'), '--data', at('x.json'), '--out', at(name)];
    expect(await softmoe(...argv)).toEqual({ code: 0, stdout: `${at(name)}\n`, stderr: '' });
  }
  expect(await readFile(at('y.csv'), 'utf8')).toBe(`prediction\n${[...expected].join('\n')}\n`);
  // A vector of NumPy: its header says so, and the numbers stand at its end.
  const npy = await readFile(at('y.npy'));
  expect(npy.toString('latin1')).toMatch(/^\x93NUMPY.*'<f8'.*'shape':\(2,\)/);
  expect([npy.readDoubleLE(npy.length - 16), npy.readDoubleLE(npy.length - 8)]).toEqual([
    ...expected,
  ]);
  expect(JSON.parse(await readFile(at('y.json'), 'utf8'))).toEqual([...expected]);
});

it.each<[string, RegExp, string[]]>([
  ['a column too many', /^ShapeError: data: must have the 4 columns/, ['run', '--data', 'x.csv']],
  [
    'a run that is not finished',
    /^RunFolderError: model: has no final\.safetensors yet .*Go on with it by softmoe resume/s,
    ['unfinished', '--data', 'x.json'],
  ],
  [
    'an ending that says no format',
    /^RunFolderError: out: has an ending that says no format .*\.csv, \.npy, \.json/s,
    ['run', '--data', 'x.json', '--out', 'y.txt'],
  ],
  [
    'bare arrays',
    /^FormatError: model: is no model that can be used, .*Give a \.safetensors file that saveMoE or a run wrote/,
    ['x.json', '--data', 'x.json'],
  ],
  [
    'a model that is not there',
    /^RunFolderError: model: cannot be read .*Give a model \(\.safetensors\) or the folder of a run/,
    ['none', '--data', 'x.json'],
  ],
])('softmoe predict refuses %s', async (_, sentence, [model = '', ...options]) => {
  const argv = options.map((word) => (word.startsWith('--') ? word : at(word)));
  const { code, stdout, stderr } = await softmoe('predict', at(model), ...argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(sentence);
});

it('softmoe evaluate tells the exact loss of a run against its teacher, and of another model', async () => {
  const own = await softmoe('evaluate', at('run'));
  expect(own).toMatchObject({ code: 0, stderr: '' });
  expect(own.stdout).toMatch(
    /^Population loss: 0 to rounding, below \S+, exact\nOf no model at all it is \S+\.\nParameter error up to symmetry: \S+e-1\d\n/,
  );
  const argv = ['evaluate', at('pruned.safetensors'), '--teacher', at('run'), '--json'];
  const { loss, nullLoss, estimate } = JSON.parse((await softmoe(...argv)).stdout);
  expect(loss).toBeGreaterThan(0);
  expect(loss).toBeLessThan(nullLoss);
  expect(estimate).toBeNull();
});

it('softmoe evaluate refuses a model without a teacher, and samples that are no number', async () => {
  const alone = await softmoe('evaluate', at('model.safetensors'));
  expect(alone.code).toBe(2);
  expect(alone.stderr.replaceAll(/\s+/g, ' ')).toMatch(
    /^UnsupportedError: teacher: must be named, since the model is not the folder of a run \(got undefined\)\. Give the file of a model: --teacher FILE\./,
  );
  const many = await softmoe('evaluate', at('run'), '--samples', '1');
  expect(many.stderr).toMatch(/Give a whole number from 2 on/);
});
