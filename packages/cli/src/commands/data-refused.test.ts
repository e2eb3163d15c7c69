import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';
import { tableRun } from '../../test/table-run.ts';

let folder: string;
let file: string;
let out: string;
beforeAll(async () => {
  ({ folder, file, out } = await tableRun());
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a run on a table', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a column that is not there',
      ['--data', 'FILE', '--target', 'y'],
      /target: is no column .*a, b, c, z/,
    ],
    ['a missing target', ['--data', 'FILE'], /data\.target: .*--target COLUMN/],
    [
      'more units than rows',
      ['--data', 'FILE', '--target', 'z', '--students', '91'],
      /students: must be at most 90.*The option is --students/,
    ],
    [
      'a size above that of the student',
      ['--data', 'FILE', '--target', 'z', '--students', '6', '--prune', 'size:7'],
      /prune\.size: is more than the 6 students/,
    ],
    [
      'a field of other runs',
      ['--data', 'FILE', '--target', 'z', '--teachers', '3'],
      /teachers: is not a field/,
    ],
    [
      'a backend',
      ['--data', 'FILE', '--target', 'z', '--backend', 'reference'],
      /backend: has no meaning/,
    ],
    [
      'a preset beside it',
      ['quick', '--data', 'FILE', '--target', 'z'],
      /config: says how to learn from a teacher/,
    ],
    ['a target without a table', ['quick', '--target', 'z'], /target: is of a run on a table/],
    ['a tag that nothing keeps', ['--data', 'FILE', '--target', 'z', '--tag', 'x'], /needs --out/],
    [
      'long routers that are learned',
      ['--data', 'FILE', '--target', 'z', '--routing', 'softmax', '--router-norm', '2'],
      /routerNorm: has no meaning/,
    ],
    ['patience without a table', ['quick', '--patience', '3'], /patience: is of a run on a table/],
    ['no comparison without a table', ['quick', '--no-compare'], /compare: is of a run on a table/],
    [
      'a share of all rows',
      ['--data', 'FILE', '--target', 'z', '--validation', '1'],
      /validation: .*<1.* The option is --validation\./s,
    ],
    [
      'a folder that is there',
      ['--data', 'FILE', '--target', 'z', '--out', 'OUT'],
      /out: already exists/,
    ],
  ])('refuses %s in one sentence', async (_, argv, message) => {
    const given = argv.map((word) => ({ FILE: file, OUT: out })[word] ?? word);
    const { code, stderr, stdout } = await softmoe('run', ...given, '--quiet');
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each<[string, (run: string) => string[], RegExp]>([
    [
      'evaluate with points of an estimate',
      (run) => ['evaluate', run, '--data', file, '--samples', '100'],
      /samples: has no meaning for a run on a table \(got 100\)/,
    ],
    [
      'predict with a module',
      (run) => ['predict', run, '--data', file, '--gate', './x.mjs'],
      /gate: has no meaning/,
    ],
    [
      'predict with a column too few',
      (run) => ['predict', run, '--data', file, '--columns', 'a,b'],
      /columns: must be 3, for a, b, c of the run/,
    ],
    ['resume', (run) => ['resume', run], /is complete: there is nothing left to do/],
    ['evaluate', (run) => ['evaluate', run], /a run on a table, which has no teacher/],
    ['export', (run) => ['export', run, '--onnx'], /whose model is of standardised inputs/],
    ['run', (run) => ['run', run], /is the folder of a run on data.*data\.json/],
  ])('is refused in one sentence what it cannot do: %s', async (_, argv, message) => {
    const { code, stderr } = await softmoe(...argv(out));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('notices a model or a result that was changed', async () => {
    const copy = join(folder, 'copy');
    await cp(out, copy, { recursive: true });
    const result = join(copy, 'result.json');
    const text = await readFile(result, 'utf8');
    await writeFile(result, text.replace(/"mean": ([-\d.e]+)/, '"mean": 1'));
    const { code, stderr } = await softmoe('predict', copy, '--data', file);
    expect(stderr).toContain('was changed since the run wrote it');
    expect(code).toBe(2);
  }, 60_000);
});
