import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-reproduce-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

describe('softmoe reproduce', () => {
  it('states its time, measures, ends with a table and a report, and does nothing twice', async () => {
    const out = join(parent, 'out');
    const argv = ['reproduce', '--scale', 'tiny', '--only', 'C2b,C4', '--out', out, '--jobs', '1'];
    const first = await softmoe(...argv);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(
      /^2 claims at scale tiny, seeds from 0 on: 11 measurements; about \d+ s on 1 core by estimate\n/,
    );
    expect(first.stderr).toMatch(/100 %, 11 of 11 measurements/);
    expect(first.stdout).toMatch(/C2b +Guidance: experts placed +\S+ \w+ +initial speed/);
    expect(first.stdout).toMatch(/C4 +Sequential order +\S+ \w+ +mean rank correlation/);
    expect(first.stdout).toContain(`report: ${join(out, 'report.html')}\n`);
    expect((await readdir(out)).sort()).toEqual([
      'figures',
      'findings.json',
      'records',
      'report.html',
    ]);
    expect(await readdir(join(out, 'figures'))).toContain('c4-times.svg');
    const again = await softmoe(...argv);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toMatch(/11 measurements, 11 of them recorded before; about 0 s/);
  });

  it('prints what findings.json holds with --json, and is strict when asked', async () => {
    const out = join(parent, 'json');
    const argv = [
      'reproduce',
      '--scale',
      'tiny',
      '--only',
      'C2b',
      '--out',
      out,
      '--seed-offset',
      '10000',
      '--json',
      '--quiet',
    ];
    const { code, stdout, stderr } = await softmoe(...argv, '--strict');
    expect(stderr).toBe('');
    const findings = JSON.parse(stdout);
    expect(findings).toEqual(JSON.parse(await readFile(join(out, 'findings.json'), 'utf8')));
    expect(findings).toMatchObject({ scale: 'tiny', seedOffset: 10_000 });
    expect(findings.claims[0]).toMatchObject({
      id: 'C2b',
      verdict: 'undecided',
      measurements: 4,
      lastSeed: 10_003,
    });
    expect(await readFile(join(out, 'report.html'), 'utf8')).toMatch(
      /seeds 10000 to 10003, on which this reproduction rests, had not been looked at/,
    );
    expect(code).toBe(6);
  });

  it.each([
    [['--only', 'C99'], /only: is not a claim \(got "C99"\)\. Use some of C1, C2, C2a/],
    [
      ['--seed-offset', '-1'],
      /'--seed-offset <seed>' argument '-1' is invalid\. Give a whole number/,
    ],
    [['--scale', 'huge'], /Allowed choices are tiny, quick, full/],
    [['--jobs', '0'], /whole number from 1 to 1024/],
  ])('refuses %j before it measures', async (argv, message) => {
    const { code, stderr } = await softmoe('reproduce', '--out', join(parent, 'no'), ...argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readdir(parent)).not.toContain('no');
  });
});
