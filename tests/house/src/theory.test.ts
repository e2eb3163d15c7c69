import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const theory = read('docs/theory.md');
const anchors = [...theory.matchAll(/<a id="eq-(\d+)"><\/a>\n\n\$\$/g)].map(([, n]) => n);
const tags = [...theory.matchAll(/\\tag\{(\d+)\}/g)].map(([, n]) => n);

/** Sources and README of a package, its tests aside. */
function filesOf(name: string): string[] {
  const sources = readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /(?<!\.test)\.ts$/.test(file));
  return ['README.md', ...sources.map((file) => `src/${file}`)].map(
    (file) => `packages/${name}/${file}`,
  );
}

/** Numbers of equations that a text cites: those after the name of the file, also of a list or a range of them. */
function citedBy(text: string): string[] {
  const words = text.replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, ' ');
  const citations = words.matchAll(
    /theory\.md((?:(?:,| and| to|–)? ?\[?\(\d+\)(?:\]\([^)]*\))?)+)/g,
  );
  return [...citations].flatMap(([, list = '']) =>
    [...list.matchAll(/\((\d+)\)/g)].map(([, n = '']) => n),
  );
}

const packages = readdirSync(`${root}packages`);

describe('the equations of docs/theory.md', () => {
  it('each have one number and an anchor of that number before them', () => {
    expect(anchors).toEqual(tags);
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('are there for all numbers that sources and READMEs cite', () => {
    const cited = packages.flatMap((name) =>
      filesOf(name).flatMap((file) => citedBy(read(file)).map((number) => ({ file, number }))),
    );
    expect(cited.length).toBeGreaterThan(150);
    expect(cited.filter(({ number }) => !tags.includes(number))).toEqual([]);
  });

  it.each(packages)('come along in the tarball of %s if it cites any', (name) => {
    const cites = filesOf(name).some((file) => read(file).includes('docs/theory.md'));
    const { files } = JSON.parse(read(`packages/${name}/package.json`));
    expect(files.includes('docs')).toBe(cites);
  });

  const pages = [
    'README.md',
    'docs/where.md',
    ...packages.map((name) => `packages/${name}/README.md`),
  ];
  it.each(pages)('are where the links of %s lead', (page) => {
    const links = [...read(page).matchAll(/\]\(((?:\.\.\/)*(?:docs\/)?theory\.md)#([^)]+)\)/g)];
    const lost = links.filter(([, path = '', anchor]) => {
      const file = new URL(path, `file://${root}${page}`);
      return !existsSync(file) || !theory.includes(`<a id="${anchor}"></a>`);
    });
    expect(lost.map(([link]) => link)).toEqual([]);
  });

  it('are linked by number from the README of every package that has one in it', () => {
    const bare = packages.filter((name) =>
      /\]\(\.\.\/\.\.\/docs\/theory\.md\)/.test(read(`packages/${name}/README.md`)),
    );
    expect(bare).toEqual([]);
  });
});
