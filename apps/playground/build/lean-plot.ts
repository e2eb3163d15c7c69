import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

/** What Observable Plot carries for maps, cells, colour schemes, dates and chance, and the parts that figures here use. */
const used: Readonly<Record<string, readonly string[]>> = {
  'd3-geo': ['geoPath', 'geoTransform'],
  'd3-delaunay': [],
  'd3-scale-chromatic': [],
  'd3-time-format': [],
  'd3-random': [],
};

const LEAN = '\0lean:';

/**
 * Leaves the rest out of the built page: it is a sixth of its JavaScript. A figure that came to use it would throw, and
 * the end-to-end tests save every figure.
 */
export function leanPlot(): Plugin {
  return {
    name: 'lean-plot',
    apply: 'build',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!Object.hasOwn(used, source) || importer?.startsWith(LEAN)) return undefined;
      const real = await this.resolve(source, importer, { skipSelf: true });
      return real && `${LEAN}${source}:${real.id}`;
    },
    async load(id) {
      if (!id.startsWith(LEAN)) return undefined;
      const [source = '', ...path] = id.slice(LEAN.length).split(':');
      const real = path.join(':');
      const kept = used[source]!;
      const names = Object.keys(await import(pathToFileURL(real).href));
      const absent = names.filter((name) => !kept.includes(name));
      return [
        `const absent = () => { throw new Error('${source} is left out of this page'); };`,
        `export { ${absent.map((name) => `absent as ${name}`).join(', ')} };`,
        `export { ${kept.join(', ')} } from ${JSON.stringify(real)};`,
      ].join('\n');
    },
  };
}
