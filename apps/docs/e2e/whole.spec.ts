import { expect, test } from '@playwright/test';
import { builtPages, deadLinks } from '../src/built.js';
import { citedEquations, exportedNames } from '../src/exports.js';
import { entriesOf } from '../src/pages.js';

const pages = builtPages();
const pageOf = (route: string) => pages.find(({ path }) => path === `${route}.html`);

test('no link of the site is dead', () => {
  expect(pages.reduce((sum, { links }) => sum + links.length, 0)).toBeGreaterThan(3000);
  expect(deadLinks(pages)).toEqual([]);
});

test('no page shows the Markdown of a link, nor a word that TypeDoc lacked', () => {
  const unmade = /\]\((?:\/|#|https?:)|__namedParameters/;
  for (const { path, html } of pages) expect.soft(html, path).not.toMatch(unmade);
});

test('the API tells of our names alone, each with a signature that can be read at a glance', () => {
  const signatures = pages
    .filter(({ path }) => path.startsWith('api/'))
    .flatMap(({ path, html }) => {
      expect.soft(html, path).not.toContain('node_modules');
      return [...html.matchAll(/<blockquote>([\s\S]*?)<\/blockquote>/g)].map(([, text = '']) =>
        text.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '"'),
      );
    });
  expect(signatures.length).toBeGreaterThan(500);
  expect(signatures.filter((text) => text.length > 450)).toEqual([]);
});

test('every entry of the API says what it is, its subject first, and no star of mathematics is lost', () => {
  const faults = pages
    .filter(({ path }) => path.startsWith('api/') && path !== 'api/index.html')
    .flatMap(({ path, html }) => {
      const [, ...entries] = html.split(/<h3 id="/);
      expect.soft(html, path).not.toMatch(/<em>[^<]*[^a-z<]/);
      return entries.flatMap((entry) => {
        const [name = ''] = entry.split('"');
        const [, text = ''] = /<\/small><\/p><p>(?!<blockquote)([\s\S]*?)<\/p>/.exec(entry) ?? [];
        const bad = /^(?:$|Such as|With |Of |See |Their |Those |The same|<code>[^<]*<\/code>[.,])/;
        return entry.includes('<p>Re-exports ') || !bad.test(text)
          ? []
          : `${path}#${name}: ${text}`;
      });
    });
  expect(faults).toEqual([]);
});

test('a dead link is found, to a page or to a place on one', () => {
  const [first] = pages;
  const broken = {
    ...first!,
    links: ['/nowhere.html', '#nowhere', '/theory.html#eq-971', '/theory.html#eq-66'],
  };
  expect(deadLinks([...pages, broken]).map((line) => line.split(' → ')[1])).toEqual(
    broken.links.slice(0, 3),
  );
});

for (const { name, route, source } of entriesOf()) {
  test(`every name that ${name} exports has an entry`, () => {
    const html = pageOf(route)?.html ?? '';
    const headings = new Set(
      [...html.matchAll(/<h3 id="[^"]*"[^>]*>([\s\S]*?)<a class="header-anchor"/g)].map(
        ([, text = '']) =>
          text
            .replaceAll(/<[^>]*>/g, '')
            .replace(/\(\)|&lt;.*$/g, '')
            .trim(),
      ),
    );
    const names = exportedNames(source);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((one) => !headings.has(one))).toEqual([]);
  });
}

test('every equation that the docstring of an exported name cites is linked from the pages of its package', () => {
  for (const { source } of entriesOf()) {
    const folder = source.split('/')[1];
    const own = entriesOf().filter((entry) => entry.source.startsWith(`packages/${folder}/`));
    const html = own.map(({ route }) => pageOf(route)?.html).join();
    const missing = citedEquations(source).filter((n) => !html.includes(`/theory.html#eq-${n}"`));
    expect.soft(missing, source).toEqual([]);
    expect.soft(html, source).not.toContain('docs/theory.md');
  }
});
