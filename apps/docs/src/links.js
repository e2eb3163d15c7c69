import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { root } from './pages.js';

/** Where files are read that are no page of the site. */
const REPOSITORY = 'https://github.com/softmoe/softmoe';

/**
 * Markdown of a file of the repository with its relative links turned into those of the site: to the page that is made of
 * their target, to the picture, or to the file in the repository. Throws for a link that leads to no file.
 */
export function relink(text, source, pages) {
  const routes = new Map(pages.map((page) => [page.source, `/${page.route}`]));
  routes.set('README.md', '/');
  return outsideOfCode(text, (part) =>
    part.replace(
      /(\[[^\]]*\])\(([^)\s]+)\)/g,
      (_, label, target) => `${label}(${linkTo(target, source, routes)})`,
    ),
  );
}

function linkTo(target, source, routes) {
  if (/^(?:[a-z]+:|#|\/)/.test(target)) return target;
  const [path, hash] = target.split('#');
  const file = posix.normalize(posix.join(posix.dirname(source), path)).replace(/\/$/, '');
  if (file.startsWith('..') || !existsSync(`${root}${file}`)) {
    throw new Error(`${source}: the link to ${target} leads to no file.`);
  }
  const folder = statSync(`${root}${file}`).isDirectory();
  const route = routes.get(file) ?? (folder ? routes.get(`${file}/README.md`) : undefined);
  if (route !== undefined) return hash === undefined ? route : `${route}#${hash}`;
  if (file.startsWith('docs/images/')) return `/${file.slice('docs/'.length)}`;
  return `${REPOSITORY}/${folder ? 'tree' : 'blob'}/main/${file}${hash === undefined ? '' : `#${hash}`}`;
}

/** Changes what stands neither in a fence nor between backticks. */
export function outsideOfCode(text, change) {
  return text
    .split(/(^(?:```|~~~)[\s\S]*?^(?:```|~~~)[^\n]*$)/m)
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join('');
}
