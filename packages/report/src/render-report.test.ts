import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secondsFigure } from '@softmoe/figures';
import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReportDocument, ReportSection } from './document.ts';
import { renderReport, renderSvg } from './render-report.ts';
import { writeReport } from './write-report.ts';

const EVIL = '<script>alert("x")</script> & \'co\'';

const figure = { ...secondsFigure([1, 2, 3]), title: EVIL, caption: `Seen ${EVIL}` };
const section: ReportSection = {
  id: 'first',
  heading: EVIL,
  verdict: { word: EVIL, tone: 'bad' },
  blocks: [
    { kind: 'text', text: `${EVIL} with \`code\`` },
    { kind: 'figure', figure },
    { kind: 'table', caption: EVIL, columns: ['name', EVIL], rows: [[EVIL, '4.2·10⁻⁹']] },
    { kind: 'code', language: 'json', text: EVIL },
  ],
};
const document: ReportDocument = { title: EVIL, lead: [EVIL], sections: [section] };
const pageOf = (report: ReportDocument) => parseHTML(renderReport(report)).document;

it('a page shows any text as it is and runs none of it', () => {
  const page = pageOf(document);
  expect(page.querySelectorAll('script')).toHaveLength(0);
  expect(page.querySelector('h1')!.textContent).toBe(EVIL);
  expect(page.querySelector('.lead p')!.textContent).toBe(EVIL);
  expect(page.querySelector('pre')!.textContent).toBe(EVIL);
  expect(page.querySelector('tbody th')!.textContent).toBe(EVIL);
  expect(page.querySelector('section p')!.textContent).toBe(`${EVIL} with code`);
  expect(page.querySelector('figcaption')!.textContent).toContain(EVIL);
  expect(renderReport(document)).not.toContain('<script');
});

it('a page is one file that asks nobody for anything', () => {
  const html = renderReport(document);
  const page = parseHTML(html).document;
  for (const element of page.querySelectorAll('[src], [href], link, iframe, object, style')) {
    expect(element.getAttribute('src')).toBeNull();
    expect(element.getAttribute('href') ?? '#').toMatch(/^#/);
    expect(element.localName).not.toMatch(/link|iframe|object/);
    if (element.localName === 'style') {
      expect(element.textContent).not.toMatch(/url\(|@import/);
    }
  }
  expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
});

it('a page has headings in order, unique ids, labelled pictures and tables with headers', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const sections = ids.map((id) => ({ ...section, id, heading: `Part ${id}` }));
  const page = pageOf({ ...document, sections });
  expect(page.documentElement.lang).toBe('en');
  expect(page.querySelectorAll('h1')).toHaveLength(1);
  expect(page.querySelectorAll('h2')).toHaveLength(4);
  for (const svg of page.querySelectorAll('svg')) {
    expect(svg.getAttribute('role')).toBe('img');
    expect(svg.querySelector('title')!.textContent).toBe(EVIL);
  }
  expect(page.querySelectorAll('tbody th[scope=row]')).toHaveLength(4);
  expect(page.querySelectorAll('td.number')).toHaveLength(4);
  const linked = [...page.querySelectorAll('nav a')].map((a) => a.getAttribute('href')!.slice(1));
  expect(linked).toEqual(ids);
  for (const id of ids) expect(page.getElementById(id)).not.toBeNull();
});

it('a page tells verdicts by a sign and a word', () => {
  const badges = (['good', 'bad', 'open'] as const).map((tone) => {
    const verdict = { word: 'word', tone };
    const page = pageOf({ ...document, sections: [{ ...section, verdict }] });
    return page.querySelector('.badge')!.textContent;
  });
  expect(badges).toEqual(['✓word', '✗word', '?word']);
});

it('renderSvg draws a figure as a file of its own', () => {
  const svg = renderSvg(figure);
  expect(svg).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg [^>]*xmlns=/);
  expect(svg).not.toMatch(/var\(--|<style|<script/);
  expect(svg).toContain('&lt;script&gt;');
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('a table of many columns is printed sideways, and every table stays on its page', () => {
  const tableOf = (count: number) => {
    const columns = Array.from({ length: count }, (_, i) => `column ${i}`);
    const blocks = [{ kind: 'table' as const, columns, rows: [columns] }];
    return pageOf({ ...document, sections: [{ ...section, blocks }] }).querySelector('.table')!;
  };
  expect(tableOf(18).classList.contains('many')).toBe(true);
  expect(tableOf(9).classList.contains('many')).toBe(false);
  const [screen, print] = pageOf(document)
    .querySelector('style')!
    .textContent!.split('@media print');
  expect(screen).toMatch(/\.table > div \{ overflow-x: auto; \}/);
  expect(print).toMatch(/@page sideways \{ size: landscape;/);
  expect(print).toMatch(/table \{[^}]*overflow-wrap: anywhere; \}/);
});

it('writeReport writes the page and every figure, and nothing else, also over an earlier report', async () => {
  const path = join(folder, 'deep', 'report');
  for (let i = 0; i < 2; i++) {
    const written = await writeReport(document, path);
    expect(written).toEqual({
      html: join(path, 'report.html'),
      figures: [join(path, 'figures', 'seconds.svg')],
    });
    expect((await readdir(path)).sort()).toEqual(['figures', 'report.html']);
    expect(await readdir(join(path, 'figures'))).toEqual(['seconds.svg']);
    expect(await readFile(written.html, 'utf8')).toBe(renderReport(document));
    expect(await readFile(written.figures[0]!, 'utf8')).toBe(renderSvg(figure));
  }
});

it('writeReport removes the figures of an earlier report that it has not, and no other picture', async () => {
  const blocks = [{ kind: 'figure' as const, figure: { ...figure, name: 'earlier' } }];
  await writeReport({ ...document, sections: [{ ...section, blocks }] }, folder);
  await writeFile(join(folder, 'figures', 'mine.svg'), '<svg/>');
  await writeReport(document, folder);
  expect((await readdir(join(folder, 'figures'))).sort()).toEqual(['mine.svg', 'seconds.svg']);
});

it('writeReport refuses names that are no file names or come twice, and a folder that is none', async () => {
  const withNames = (...names: string[]): ReportDocument => ({
    ...document,
    sections: names.map((name) => ({
      ...section,
      blocks: [{ kind: 'figure', figure: { ...figure, name } }],
    })),
  });
  await expect(writeReport(withNames('../up'), folder)).rejects.toThrow(/is no name for a file/);
  await expect(writeReport(withNames('a', 'a'), folder)).rejects.toThrow(/is used twice/);
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, 'file'), '');
  await expect(writeReport(document, join(folder, 'file'))).rejects.toThrow(
    /out: cannot be written/,
  );
});
