import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let parent: string;
let run: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-cli-report-'));
  run = join(parent, 'run');
  const small = ['--input-dim', '24', '--teachers', '2', '--students', '8', '--seed', '1'];
  await softmoe('run', 'quick', ...small, '--out', run, '--quiet');
});
afterAll(() => rm(parent, { recursive: true, force: true }));

it('writes the report of a run into its folder and prints where', async () => {
  const { code, stdout, stderr } = await softmoe('report', run);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `${join(run, 'report.html')}\n`,
    stderr: '',
  });
  const html = await readFile(join(run, 'report.html'), 'utf8');
  expect(html).toContain('<h1>Run run: both teacher experts recovered</h1>');
  expect(await readdir(join(run, 'figures'))).toEqual(
    expect.arrayContaining(['alignment.svg', 'certificate.svg', 'elimination.svg', 'loss.svg']),
  );
  expect((await softmoe('show', run)).code).toBe(0);
});

it('writes it elsewhere and prints the paths as JSON', async () => {
  const out = join(parent, 'elsewhere');
  const { code, stdout } = await softmoe('report', run, '--out', out, '--json');
  expect(code).toBe(0);
  const written = JSON.parse(stdout);
  expect(written.html).toBe(join(out, 'report.html'));
  const files = (await readdir(join(out, 'figures'))).map((name) => join(out, 'figures', name));
  expect([...written.figures].sort()).toEqual(files.sort());
});

it('refuses what is neither a run nor a sweep', async () => {
  const { code, stdout, stderr } = await softmoe('report', parent);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/ReportError: folder: is neither a run nor a sweep.*softmoe run --out/);
});
