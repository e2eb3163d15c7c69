import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** Every page of the built site: its `path` in dist/, its `html`, the `ids` of its elements and where its `links` lead. */
export function builtPages() {
  if (!existsSync(dist)) throw new Error('apps/docs/dist is not there: pnpm --filter docs build');
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.html') && name !== '404.html')
    .map((path) => {
      const html = readFileSync(`${dist}${path}`, 'utf8');
      const attributes = (name) =>
        [...html.matchAll(new RegExp(`<[a-z][^>]*?\\s${name}="([^"]*)"`, 'g'))].map(([, value]) =>
          decodeEntities(value),
        );
      const links = ['href', 'src'].flatMap(attributes);
      return { path, html, ids: new Set(attributes('id')), links: [...new Set(links)] };
    });
}

/**
 * The links of built pages that lead to no file of the site, or to no element of it, as `page → link`.
 *
 * @param {{ path: string, ids: Set<string>, links: string[] }[]} pages
 * @returns {string[]}
 */
export function deadLinks(pages) {
  const ids = new Map(pages.map((page) => [page.path, page.ids]));
  const leads = (page, link) => {
    if (/^[a-z]+:/.test(link)) return true;
    const [address, hash] = link.split('#');
    const [path] = address.split('?');
    const file = fileOf(page.path, path);
    if (!existsSync(`${dist}${file}`)) return false;
    return !hash || !ids.has(file) || ids.get(file).has(decodeURIComponent(hash));
  };
  return pages.flatMap((page) =>
    page.links.filter((link) => !leads(page, link)).map((link) => `${page.path} → ${link}`),
  );
}

/** The file in dist/ that a path of a page means. */
function fileOf(page, path) {
  if (path === '') return page;
  const file = decodeURIComponent(
    path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path),
  );
  const folder =
    file === '' ||
    file.endsWith('/') ||
    (existsSync(`${dist}${file}`) && statSync(`${dist}${file}`).isDirectory());
  return folder ? posix.join(file, 'index.html') : file;
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"' };

function decodeEntities(text) {
  return text
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name) => entities[name])
    .replaceAll(/&#x?([0-9a-f]+);/gi, (all, code) =>
      String.fromCodePoint(Number.parseInt(code, all[2] === 'x' ? 16 : 10)),
    );
}
