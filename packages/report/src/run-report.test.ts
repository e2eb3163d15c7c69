import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceBackend } from '@softmoe/backend';
import { adviceWords, warningWords } from '@softmoe/figures';
import { type ConfigInput, createExperiment, parseConfig, type Summary } from '@softmoe/lab';
import { FormatError } from '@softmoe/model';
import { createRunFolder, RunFolderError } from '@softmoe/runs';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReportDocument } from './document.ts';
import { renderReport } from './render-report.ts';
import { runReport } from './run-report.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-run-report-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const small = { inputDim: 24, teachers: 2, students: 8, seed: 1 };

/** Runs a config into a folder, up to an event. */
async function kept(name: string, input: ConfigInput, most = Infinity): Promise<string> {
  const config = parseConfig(input);
  const backend = createReferenceBackend();
  const experiment = createExperiment(config, config.engine === 'exact' ? {} : { backend });
  const folder = await createRunFolder(join(parent, name), experiment.snapshot());
  for (let i = 0; i < most; i++) {
    const event = await experiment.next();
    if (!event) break;
    await folder.add(event);
    if (i === most - 1) await folder.checkpoint(experiment.snapshot());
  }
  await folder.close();
  return folder.path;
}

const resultIn = async (path: string): Promise<Summary> =>
  JSON.parse(await readFile(join(path, 'result.json'), 'utf8'));
const idsOf = ({ sections }: ReportDocument) => sections.map(({ id }) => id);
const verdictOf = ({ sections }: ReportDocument, id: string) =>
  sections.find((section) => section.id === id)?.verdict;
const textOf = (document: ReportDocument) =>
  parseHTML(renderReport(document)).document.body.textContent!;

it('a report tells a run that recovered, with every figure, its certificate and its config', async () => {
  const path = await kept('good', small);
  const result = await resultIn(path);
  const report = await runReport(path);
  expect(report.title).toBe('Run good: both teacher experts recovered');
  const all = ['run', 'learning', 'student', 'pruning', 'certificate', 'functions', 'repeat'];
  expect(idsOf(report)).toEqual(all);
  expect(verdictOf(report, 'learning')).toEqual({ word: '2 of 2 found', tone: 'good' });
  expect(verdictOf(report, 'pruning')).toEqual({ word: '8 → 2', tone: 'good' });
  expect(verdictOf(report, 'certificate')).toEqual({
    word: 'certified and proved',
    tone: 'good',
  });
  const page = parseHTML(renderReport(report)).document;
  expect(page.querySelectorAll('.wide svg')).toHaveLength(8);
  expect(page.querySelectorAll('.narrow svg')).toHaveLength(8);
  const text = textOf(report);
  expect(text).toContain(`multiplies the loss by ${result.contraction.predicted!.toFixed(6)}`);
  expect(text).toMatch(/Proved: in the ball of radius 0\.00\d+ .* is the only critical point/);
  expect(text).toContain('proved rate here');
  expect(text).toContain(`the run itself gives ${result.contraction.measured!.toFixed(6)}`);
  expect(text).toContain('In 2 of 2 pairs the expert came before its router');
  const rows = [...page.querySelectorAll('#pruning tbody tr')].map((row) =>
    row.textContent!.trim(),
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain(result.origins[0]!.join(', '));
  const code = [...page.querySelectorAll('pre')].map(({ textContent }) => textContent!);
  expect(parseConfig(JSON.parse(code[0]!))).toEqual(result.config);
  expect(code[1]).toContain('softmoe run config.json');
});

it('a report says what a run with too few students missed, and what to try', async () => {
  const path = await kept('few', { ...small, teachers: 3, students: 2 });
  const result = await resultIn(path);
  const report = await runReport(path);
  expect(report.title).toBe(`Run few: ${result.recovered} of 3 teacher experts recovered`);
  expect(verdictOf(report, 'certificate')).toEqual({
    word: result.certificate.verdict,
    tone: 'bad',
  });
  expect(idsOf(report)).toContain('missing');
  const text = textOf(report);
  for (const advice of result.advice) expect(text).toContain(adviceWords(advice));
  for (const warning of result.warnings) expect(text).toContain(warningWords(warning));
  expect(text).toContain('no unit is left for it');
  expect(text).toContain('There is no certificate');
});

it('a report of a run pruned to a size that was asked for says of the curve what is to be seen there', async () => {
  const told = async (size: number) => {
    const prune = { rule: 'size', size } as const;
    return textOf(
      await runReport(await kept(`size${size}`, { ...small, prune, finetune: { maxSteps: 3000 } })),
    );
  };
  const few = await told(1);
  expect(few).toMatch(/Removing 7 units costs \d+ % of what they explain/);
  expect(few).toContain('the cliff is at 2 units');
  expect(few).toMatch(/multiplies the excess of the loss over its limit [\d.]+ by/);
  expect(few).toContain('1 unit cannot be 2 teacher experts');
  expect(few).not.toMatch(/multiplies the loss|cliff of the curve|along the straight line/);
  const many = await told(5);
  expect(many).toContain('the cliff is at 2 units');
  expect(many).toContain('The gradient is still too large to judge the point');
  expect(many).toContain('Ask for fewer than 5 units with --prune size:N');
  expect(many).not.toMatch(/the convergence is linear|straight line|predicted slope/);
});

it('a report tells both stages of fine-tuning of an online run', async () => {
  const path = await kept('online', {
    ...small,
    engine: 'online',
    train: { batchSize: 64, time: 10 },
    finetune: { onlineSteps: 30, maxSteps: 200 },
  });
  const text = textOf(await runReport(path));
  expect(text).toContain('learned jointly on fresh batches of samples');
  expect(text).toContain('First 30 steps on fresh samples');
  expect(text).toContain('on the same backend');
});

it('a report tells an unfinished run as far as it has come, and how to go on', async () => {
  const path = await kept('half', small, 20);
  const report = await runReport(path);
  expect(report.title).toBe('Run half: not finished');
  expect(idsOf(report)).toEqual(['run', 'learning', 'student', 'resume', 'repeat']);
  const text = textOf(report);
  expect(text).toMatch(/It has come to flow time [\d.]+ of 150, and there is a checkpoint/);
  expect(text).toContain(`softmoe resume ${path}`);
  expect(verdictOf(report, 'learning')!.tone).toBe('open');
});

it('a report tells a run that has only begun, and one whose last line is still being written', async () => {
  const begun = await kept('begun', small, 0);
  expect(textOf(await runReport(begun))).toContain('there is no record of it yet');
  const path = await kept('writing', small, 5);
  const file = join(path, 'records.jsonl');
  const whole = await readFile(file, 'utf8');
  const before = renderReport(await runReport(path));
  await writeFile(file, `${whole}{"phase":"train","st`);
  expect(renderReport(await runReport(path))).toBe(before);
});

it('runReport refuses damaged files and folders that hold no run, by name', async () => {
  await expect(runReport(join(parent, 'nowhere'))).rejects.toThrow(RunFolderError);
  const path = await kept('damaged', small, 5);
  const file = join(path, 'records.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  for (const damaged of ['{"phase":', '{"phase":"train","step":"one"}']) {
    await writeFile(file, lines.with(2, damaged).join('\n'));
    await expect(runReport(path)).rejects.toThrow(FormatError);
    await expect(runReport(path)).rejects.toThrow(/records\.jsonl: .* the run wrote/);
    await writeFile(file, lines.with(-1, `${damaged}\n`).join('\n'));
    await expect(runReport(path)).rejects.toThrow(FormatError);
    await expect(runReport(path)).rejects.toThrow(`records.jsonl, line ${lines.length}`);
  }
  await writeFile(file, lines.join('\n'));
  await writeFile(join(path, 'result.json'), '{}');
  await expect(runReport(path)).rejects.toThrow(/result\.json/);
});
