import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const read = (path) => readFileSync(`${root}${path}`, 'utf8');

/** Where the site's own pages are, those that are no text of the repository's. */
const CONTENT = 'apps/docs/content';

/** How-to pages in the order in which one needs them; those of docs/ that are not named come after. */
const HOW_TO = ['own-teacher', 'own-data', 'extend', 'sweeps', 'reports', 'elsewhere'];

/** Pages of docs/ that stand elsewhere in the navigation. */
const ELSEWHERE = ['theory', 'where', 'claims'];

/**
 * Every page but those of the API: `source`, the file it is made of, `route`, its path on the site without an ending, and
 * `title`, its first heading. A new text in docs/ and the README of a new package are pages as they are.
 *
 * @returns {{ source: string, route: string, title: string }[]}
 */
export function pagesOf() {
  const docs = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));
  const own = readdirSync(`${root}${CONTENT}`, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'));
  return [
    ...own.map((name) => [`${CONTENT}/${name}`, name.replace(/(?:index)?\.md$/, '')]),
    ...docs.map((name) => [`docs/${name}`, name.replace(/\.md$/, '')]),
    ...packagesOf().map((name) => [`packages/${name}/README.md`, `packages/${name}`]),
    ['CONTRIBUTING.md', 'contributing'],
    ['SECURITY.md', 'security'],
    ['bench/README.md', 'bench'],
    ['apps/playground/README.md', 'playground-made'],
    ['apps/docs/README.md', 'site'],
  ].map(([source = '', route = '']) => ({ source, route, title: titleOf(source) }));
}

/** Folders of the published packages, in the order of the table of README.md. */
export function packagesOf() {
  const listed = [...read('README.md').matchAll(/^\| \[`[^`]+`\]\(packages\/([^)]+)\)/gm)];
  const names = listed.map(([, name]) => name);
  const missing = readdirSync(`${root}packages`).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new Error(`README.md has no row for packages/${missing.join(', packages/')}: add it.`);
  }
  return names;
}

export const manifestOf = (name) => JSON.parse(read(`packages/${name}/package.json`));

/** The sidebar of the texts, as VitePress has it. */
export function textsOf() {
  const title = new Map(pagesOf().map((page) => [page.route, page.title]));
  const item = (route, text = title.get(route)) => ({ text, link: `/${route}` });
  const howTo = [...title.keys()].filter((route) => existsSync(`${root}docs/${route}.md`));
  const rank = (route) => (HOW_TO.indexOf(route) + HOW_TO.length + 1) % (HOW_TO.length + 1);
  return [
    {
      text: 'Start',
      items: [
        item('', 'Why softmoe'),
        item('start/researcher', 'As a researcher'),
        item('start/engineer', 'As an engineer'),
        item('contributing', 'As a contributor'),
        item('playground', 'The playground'),
      ],
    },
    {
      text: 'Theory',
      items: [
        item('theory', 'The mathematics'),
        item('proof', 'The proof'),
        item('where', 'Which file computes what'),
      ],
    },
    {
      text: 'How to',
      items: howTo
        .filter((route) => !ELSEWHERE.includes(route))
        .toSorted((a, b) => rank(a) - rank(b))
        .map((route) => item(route)),
    },
    {
      text: 'What is known',
      items: [
        item('claims', 'The claims'),
        item('benchmarks', 'Benchmarks'),
        item('bench', 'How it is measured'),
      ],
    },
    {
      text: 'Reference',
      items: [
        item('config'),
        item('api/', 'Packages and API'),
        item('packages/kernels', 'The kernels explained'),
        item('changelog', 'Changelog'),
        item('playground-made', 'How the playground is made'),
        item('site', 'How the site is made'),
        item('security'),
      ],
    },
  ];
}

/** The sidebar of the packages and their API. */
export function referenceOf() {
  return [
    { text: 'Start, theory, how to', link: '/' },
    { text: 'All packages', link: '/api/' },
    {
      text: 'API',
      items: entriesOf().map(({ name, route }) => ({ text: name, link: `/${route}` })),
    },
    {
      text: 'Packages at work',
      items: packagesOf().map((folder) => ({
        text: manifestOf(folder).name,
        link: `/packages/${folder}`,
      })),
    },
  ];
}

/** Which pages have which sidebar. */
export function sidebarsOf() {
  const reference = referenceOf();
  return { '/api/': reference, '/packages/': reference, '/': textsOf() };
}

/** What others import of the packages: `name` of the entry, its `source`, and the `route` of its page. */
export function entriesOf() {
  return packagesOf().flatMap((folder) => {
    const { name, exports } = manifestOf(folder);
    return Object.entries(exports).flatMap(([path, target]) =>
      target['@softmoe/source'] === undefined
        ? []
        : {
            name: name + path.slice(1),
            source: `packages/${folder}/${target['@softmoe/source'].slice(2)}`,
            route: `api/${folder}${path.slice(1).replace('/', '-')}`,
          },
    );
  });
}

/** The first heading of a page, or the title of its front matter. */
function titleOf(source) {
  const text = read(source);
  const [, title] = /^title: (.+)$/m.exec(text.split('\n---')[0]) ?? /^# (.+)$/m.exec(text) ?? [];
  if (title === undefined) throw new Error(`${source} has no heading: begin it with one.`);
  return title;
}
