import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import { openSweepFolder, parseSweep, readSweep, type SweepRecord } from '@softmoe/runs';
import type { TaskOutcome } from '@softmoe/tasks';
import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderReport } from './render-report.ts';
import { reportOf } from './report-of.ts';
import { sweepReport } from './sweep-report.ts';

const base = { inputDim: 24, teachers: 2 };

/** Records of a sweep whose first `recorded` runs gave what `outcomeOf` says. */
async function resultsOf(
  grid: Record<string, unknown[]>,
  outcomeOf: (i: number, output: Summary) => TaskOutcome<Summary>,
  recorded = Infinity,
) {
  const sweep = parseSweep({ name: 'tiny', base, grid });
  const output = summaryOf(await runPipeline({ ...base, students: 8, seed: 1 }));
  const records = sweep.runs.slice(0, recorded).map(
    ({ task }, i): SweepRecord => ({
      id: `${i}`,
      code: 'c',
      ...task,
      endedAt: '2026-01-01T00:00:00.000Z',
      seconds: 0.1 * (i + 1),
      environment: { node: 'v20', softmoe: '0', platform: 'linux', arch: 'x64' },
      ...outcomeOf(i, output),
    }),
  );
  return { sweep, records, missing: sweep.runs.length - records.length, codes: ['c'] };
}

const pageOf = (results: Awaited<ReturnType<typeof resultsOf>>) =>
  parseHTML(renderReport(sweepReport(results))).document;
const rowsOf = (page: Document, section: string) =>
  [...page.querySelectorAll(`#${section} tbody tr`)].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  );
const missed = (output: Summary): Summary => ({
  ...output,
  recovered: 0,
  missing: [{ teacherExpert: 1, matched: true, expert: 0.4, router: 0.1 }],
});

it('a report draws a curve over one numeric field and tells from where on every run recovers', async () => {
  const results = await resultsOf({ students: [2, 3, 4], seed: [0, 1] }, (i, output) => ({
    status: 'done',
    output: i === 0 ? missed(output) : output,
  }));
  const page = pageOf(results);
  expect(page.querySelector('h1')!.textContent).toBe(
    'Sweep tiny: 5 of 6 runs certified, 5 recovered every teacher expert',
  );
  expect(page.querySelectorAll('#recovery .wide svg')).toHaveLength(1);
  expect(page.querySelector('#recovery p')!.textContent).toContain(
    'From students 3 on every run recovers the teacher: 2 of 2 there',
  );
  expect(rowsOf(page, 'recovery').map((row) => row.slice(0, 5))).toEqual([
    ['2', '2', '0', '1 of 2', '0.09–0.91'],
    ['3', '2', '0', '2 of 2', '0.34–1.00'],
    ['4', '2', '0', '2 of 2', '0.34–1.00'],
  ]);
  expect(rowsOf(page, 'misses')).toHaveLength(1);
  expect(rowsOf(page, 'misses')[0]![0]).toBe('students 2, seed 0');
});

it('a report draws a heat map over two fields, also of names, and loads by their columns', async () => {
  const geometry = [{ kind: 'orthonormal' }, { kind: 'correlated', overlap: 0.3 }];
  const results = await resultsOf({ geometry, 'train.time': [30, 40] }, (_, output) => ({
    status: 'done',
    output,
  }));
  const page = pageOf(results);
  const texts = [...page.querySelectorAll('#recovery .wide svg text')].map(
    ({ textContent }) => textContent,
  );
  expect(texts).toEqual(expect.arrayContaining(['correlated:0.3', 'orthonormal', '1/1']));
  const code = [...page.querySelectorAll('#load pre')].map(({ textContent }) => textContent!);
  expect(code).toHaveLength(3);
  expect(code[0]).toContain('GROUP BY "geometry.kind", "train.time"');
  const definition = JSON.parse(page.querySelector('#repeat pre')!.textContent!);
  expect(parseSweep(definition).runs).toEqual(results.sweep.runs);
});

it('a report gives the reason of every failure, shows it as it is, and says what is missing', async () => {
  const error = {
    name: 'DivergedError',
    message: '<script>boom</script>',
    remedy: 'Smaller step.',
  };
  const results = await resultsOf(
    { students: [2, 3], seed: [0, 1] },
    () => ({ status: 'failed', error }),
    3,
  );
  const page = pageOf(results);
  expect(rowsOf(page, 'failures')).toEqual(
    ['students 2, seed 0', 'students 2, seed 1', 'students 3, seed 0'].map((run) => [
      run,
      'DivergedError: <script>boom</script>',
      'Smaller step.',
    ]),
  );
  expect(page.querySelectorAll('script')).toHaveLength(0);
  expect(page.querySelector('.lead')!.textContent).toContain('1 run has no record yet');
  expect(page.querySelectorAll('#recovery svg')).toHaveLength(0);
});

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-sweep-report-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('reportOf tells a sweep by its folder, also one without a record, and refuses other folders', async () => {
  await expect(reportOf(parent)).rejects.toThrow(/is neither a run nor a sweep/);
  const path = join(parent, 'sweep');
  await openSweepFolder(path, parseSweep({ base, grid: { students: [2, 3] } }));
  const report = await reportOf(path);
  expect(report).toEqual(sweepReport(await readSweep(path)));
  expect(report.lead.join(' ')).toContain('2 runs have no record yet');
});
