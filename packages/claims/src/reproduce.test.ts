import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceBackend } from '@softmoe/backend';
import { experimentServices } from '@softmoe/runs';
import { openTaskStore, type TaskPool, type TaskStore } from '@softmoe/tasks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { measure } from '../fixtures/measure.ts';
import { selectClaims } from './claims.ts';
import { criteriaNow } from './criteria.ts';
import { type ReproduceProgress, reproduce } from './reproduce.ts';
import worker from './worker.ts';
import { findingsOf, readFindings, writeReproduction } from './write-reproduction.ts';

const context = {
  signal: new AbortController().signal,
  services: experimentServices(async () => createReferenceBackend()),
};
let measured: string[];
/** Does the tasks in this thread, on sources. */
const pool: TaskPool = {
  concurrency: 1,
  codeOf: () => 'sources',
  async run(task, signal) {
    signal?.throwIfAborted();
    measured.push(task.kind);
    const output = await measure(worker[task.kind]!, task.input, context);
    return { status: 'done', output, seconds: 0.1 };
  },
  close: async () => {},
};

let folder: string;
let store: TaskStore;
beforeEach(async () => {
  measured = [];
  folder = await mkdtemp(join(tmpdir(), 'softmoe-claims-'));
  store = await openTaskStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const claims = selectClaims(['C4', 'C2b']);
const extent = { scale: 'tiny', seedOffset: 0 } as const;

it('reproduce measures, judges, tells how far it is, and does nothing twice', async () => {
  const starts: ReproduceProgress[] = [];
  const steps: ReproduceProgress[] = [];
  const options = {
    claims,
    extent,
    store,
    pool,
    onStart: (progress: ReproduceProgress) => starts.push(progress),
    onProgress: (progress: ReproduceProgress) => steps.push(progress),
  } as const;
  const judged = await reproduce(options);
  expect(judged.map(({ claim, tasks }) => [claim.id, tasks])).toEqual([
    ['C2b', 4],
    ['C4', 7],
  ]);
  expect(measured).toHaveLength(11);
  expect(starts).toHaveLength(1);
  expect(starts[0]).toMatchObject({ total: 11, recorded: 0, share: 0 });
  expect(starts[0]!.secondsLeft).toBeGreaterThan(0);
  expect(steps.map(({ recorded }) => recorded)).toEqual(
    Array.from({ length: 11 }, (_, i) => i + 1),
  );
  const last = steps.at(-1)!;
  expect(last.share).toBeCloseTo(1, 9);
  expect(last.secondsLeft).toBeCloseTo(0, 6);
  const again = await reproduce(options);
  expect(measured).toHaveLength(11);
  expect(starts.at(-1)).toMatchObject({ recorded: 11, secondsLeft: expect.closeTo(0, 6) });
  expect(findingsOf(again, extent)).toEqual(findingsOf(judged, extent));
});

it('reproduce, stopped, goes on with what is missing', async () => {
  const stop = new AbortController();
  const options = { claims, extent, store, pool } as const;
  const stopped = reproduce({
    ...options,
    signal: stop.signal,
    onProgress: ({ recorded }) => {
      if (recorded === 5) stop.abort();
    },
  });
  await expect(stopped).rejects.toThrow(/5 of 11 tasks recorded/);
  await reproduce(options);
  expect(measured).toHaveLength(11);
});

it('writeReproduction writes the findings and a report with every figure', async () => {
  const judged = await reproduce({ claims, extent, store, pool });
  const written = await writeReproduction(folder, judged, extent);
  const findings = JSON.parse(await readFile(written.findings, 'utf8'));
  expect(findings).toMatchObject({
    ...extent,
    criteria: { version: criteriaNow.version },
    claims: [{ id: 'C2b' }, { id: 'C4' }],
  });
  expect(findings.format).toEqual({ name: 'softmoe-findings', version: 1 });
  expect(await readFindings(written.findings)).toEqual(findings);
  const html = await readFile(written.report, 'utf8');
  for (const { claim, finding } of judged) {
    expect(html).toContain(`${claim.id} ${claim.title}`);
    for (const { name } of finding.figures) {
      expect(await readFile(join(folder, 'figures', `${name}.svg`), 'utf8')).toContain('</svg>');
    }
  }
  expect(html).toContain('too few seeds for verdicts');
});

it('findings are refused by name where they are of another version or damaged', async () => {
  const file = join(folder, 'findings.json');
  await expect(readFindings(file)).rejects.toThrow(/findings: is not there.*findings\.json/);
  const findings = findingsOf([], extent);
  const reading = async (content: object) => {
    await writeFile(file, JSON.stringify(content));
    return readFindings(file);
  };
  const { format: _, seedOffset: __, criteria: ___, ...before } = findings;
  expect(await reading(before)).toEqual({
    ...findings,
    criteria: { version: 1, date: '2026-11-25' },
  });
  await expect(
    reading({ ...findings, format: { ...findings.format, version: 9 } }),
  ).rejects.toThrow(/findings\.format\.version: .*version 1, in .*findings\.json \(got 9\)/);
  await expect(reading({ ...findings, claims: [{ id: 'C1' }] })).rejects.toThrow(
    /findings\.claims\.0\.title: expected string, .*findings\.json/,
  );
});
