// Writes pages/, of which VitePress makes the site: the repository's texts with their links turned into the site's, its
// pictures, the API from docstrings, and the pages as Markdown with llms.txt, their table of contents.
// node src/generate.js [--no-api], which leaves the API as it was made last
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withDirectives } from './directives.js';
import { equationsOf, linkCitations, linkReferences } from './equations.js';
import { withFigures } from './figures.js';
import { outsideOfCode, relink } from './links.js';
import { llmsOf } from './llms.js';
import { pagesOf, read, referenceOf, root, textsOf } from './pages.js';

const out = fileURLToPath(new URL('../pages/', import.meta.url));
const withApi = !process.argv.includes('--no-api');
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) {
  if (withApi || name !== 'api') rmSync(`${out}${name}`, { recursive: true });
}

const equations = equationsOf(read('docs/theory.md'));
const pages = pagesOf();
const texts = new Map();

/** A text with its references to equations as links: all in the theory and in the site's own pages, elsewhere those that name it. */
function linked(text, source) {
  if (source === 'docs/theory.md') return withFigures(linkReferences(text, equations));
  return source.startsWith('apps/docs/content/')
    ? linkReferences(text, equations, '/theory')
    : outsideOfCode(text, (part) => linkCitations(part, equations));
}

for (const { source, route } of pages) {
  const text = relink(withDirectives(read(source), pages), source, pages);
  texts.set(
    `${route === '' || route.endsWith('/') ? `${route}index` : route}.md`,
    linked(text, source),
  );
}

if (withApi) {
  const { apiPages } = await import('./api.js');
  for (const [path, text] of await apiPages(equations)) texts.set(path, text);
}

function write(path, text) {
  mkdirSync(dirname(`${out}${path}`), { recursive: true });
  writeFileSync(`${out}${path}`, text);
}

for (const [path, text] of texts) {
  write(path, text);
  write(`public/${path}`, text);
}
write('public/llms.txt', llmsOf([...textsOf(), ...referenceOf()], texts));
cpSync(`${root}docs/images`, `${out}public/images`, { recursive: true });
cpSync(`${root}apps/playground/public/favicon.svg`, `${out}public/favicon.svg`);
