import { describe, expect, it } from 'vitest';
import { tablesOf } from './benchmarks.js';
import { withDirectives } from './directives.js';
import { equationsOf, linkCitations, linkReferences } from './equations.js';
import { relink } from './links.js';
import { entriesOf, packagesOf, pagesOf, read, textsOf } from './pages.js';

const equations = equationsOf(read('docs/theory.md'));
const pages = pagesOf();

describe('references to equations', () => {
  it('are links in the theory, but in mathematics, code and links', () => {
    expect(linkReferences('by (7) and $f(2)$, `g(3)`, [(4)](x), h(5)', equations)).toBe(
      'by [(7)](#eq-7) and $f(2)$, `g(3)`, [(4)](x), h(5)',
    );
    expect(linkReferences('case (971), (0)', equations)).toBe('case (971), (0)');
  });

  it('are links in a docstring from where it names the theory, and links stay as they are', () => {
    expect(linkCitations('of (1), docs/theory.md (41) to\n(43), as (2)', equations)).toBe(
      'of (1), [theory](/theory) [(41)](/theory#eq-41) to\n[(43)](/theory#eq-43), as [(2)](/theory#eq-2)',
    );
    expect(linkCitations('one of (1) and (2)', equations)).toBe('one of (1) and (2)');
    const link = 'by [docs/theory.md (54)](/theory#eq-54)';
    expect(linkCitations(`${link}, (2)`, equations)).toBe(`${link}, [(2)](/theory#eq-2)`);
  });
});

describe('links of the repository', () => {
  it('lead to pages of the site, to its pictures, or to the file in the repository', () => {
    const text =
      '[a](theory.md#eq-7) ![b](images/learn.png) [c](../packages/prune) [d](../biome.json) [e](https://x.y)';
    expect(relink(text, 'docs/sweeps.md', pages)).toBe(
      '[a](/theory#eq-7) ![b](/images/learn.png) [c](/packages/prune) ' +
        '[d](https://github.com/softmoe/softmoe/blob/main/biome.json) [e](https://x.y)',
    );
  });

  it('say in words where they lead, since the site has no files', () => {
    const named = pages.flatMap(({ source }) =>
      [...read(source).matchAll(/\[[^\]]*\w\.md[^\]]*\]\(\S+\)/g)].map(
        ([link]) => `${source}: ${link}`,
      ),
    );
    expect(named).toEqual([]);
    expect(read('README.md')).not.toMatch(/\[[^\]]*\w\.md[^\]]*\]\(\S+\)/);
  });

  it('are refused where they lead to no file, and left alone in code', () => {
    expect(() => relink('[a](nowhere.md)', 'docs/sweeps.md', pages)).toThrow(
      'docs/sweeps.md: the link to nowhere.md leads to no file.',
    );
    expect(relink('```\n[a](nowhere.md)\n```', 'docs/sweeps.md', pages)).toContain(
      '[a](nowhere.md)',
    );
  });
});

describe('pages', () => {
  it('are all in the navigation, once', () => {
    const linked = textsOf().flatMap(({ items }) => items.map(({ link }) => link.slice(1)));
    const texts = pages.map(({ route }) => route).filter((route) => !route.startsWith('packages/'));
    expect([...new Set(linked)]).toEqual(linked);
    expect(texts.filter((route) => !linked.includes(route))).toEqual([]);
  });

  it('take sections from texts of the repository, and refuse those that are not there', () => {
    const section = withDirectives('<!-- section README.md "Read the output" -->', pages);
    expect(section).toMatch(/^1\. \*\*Learn\.\*\*/);
    expect(section).not.toContain('## Watch it happen');
    expect(() => withDirectives('<!-- section README.md "Nothing" -->', pages)).toThrow(
      'README.md has no heading “Nothing”.',
    );
  });

  it('show what the command prints as README.md does, whole or a line of it', () => {
    const told = (directive: string) =>
      withDirectives(`<!-- output README.md${directive} -->`, pages);
    const story = told('');
    expect(story).toMatch(/^```text\nA teacher of 5 experts[\s\S]+\n```$/);
    expect(read('README.md')).toContain(story);
    const line = told(' "proved:"');
    expect(line).toMatch(/^> proved: in the ball of radius [\d.]+ around [^\n]+$/);
    expect(story).toContain(line.slice('> '.length));
    expect(() => told(' "nothing"')).toThrow('README.md has no output “nothing”.');
  });

  it('of the API are those of every entry of every package', () => {
    expect(entriesOf().length).toBeGreaterThanOrEqual(packagesOf().length);
    expect(entriesOf().map(({ route }) => route)).toContain('api/model-linalg');
  });
});

it('the table of the config has every field, with its option and what it is', () => {
  const rows = withDirectives('<!-- fields -->', pages).split('\n').slice(2);
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect(row).toMatch(/^\| `[\w.]+`<br>`--[\w-]+` \| [^|]{9,} \|$/);
  expect(rows).toContainEqual(
    expect.stringContaining('| `train.batchSize`<br>`--train-batch-size` |'),
  );
  expect(withDirectives('<!-- presets -->', pages)).toContain('| `canonical` | the experiment');
});

describe('tables of benchmarks', () => {
  const dataOf = (name: string) => JSON.parse(read(`apps/docs/data/${name}.json`));
  /** Cells of the tables in a Markdown text, by row. */
  const rowsOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('**', '')));
  const shownAs = (milliseconds: number) => (cell: string) =>
    Math.abs(Number.parseFloat(cell) / milliseconds - 1) < 0.005;

  it.each(['population', 'step'])('of %s name a command that there is, and the machine', (name) => {
    const { command, machine } = dataOf(name);
    expect(tablesOf(name)).toContain(`\`${command}\``);
    expect(tablesOf(name)).toContain(machine);
    const [, folder = '.', script] =
      /^pnpm (?:--filter @softmoe\/(bench) )?(\w+) --json FILE$/.exec(command) ?? [];
    expect(Object.keys(JSON.parse(read(`${folder}/package.json`)).scripts)).toContain(script);
  });

  it('of the exact engine show the times of their JSON', () => {
    const [names = [], ...rows] = rowsOf(tablesOf('population'));
    for (const { k, m, milliseconds } of dataOf('population').results) {
      const row = rows.find(([, size]) => size === `${k}, ${m}`) ?? [];
      for (const name of ['JavaScript', 'SIMD']) {
        expect(row[names.indexOf(`${name}, ms`)]).toSatisfy(shownAs(milliseconds[name]));
      }
    }
  });

  it('of a training step show the times of their JSON', () => {
    const tables = tablesOf('step').split('### ').slice(1).map(rowsOf);
    const { results } = dataOf('step');
    const titles = [...new Set(results.map(({ title }: { title: string }) => title))];
    expect(tables.length).toBe(titles.length);
    for (const { title, size, times, errors } of results) {
      const [sizes = [], ...rows] = tables[titles.indexOf(title)] ?? [];
      const column = sizes.findIndex((text) => text.startsWith(`d\u00a0${size.d},`));
      expect(rows.map(([, name]) => name)).toEqual(Object.keys(errors));
      for (const row of rows) expect(row[column]).toSatisfy(shownAs(times[row[1] ?? ''].least));
    }
  });
});
