import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { ApiTheme } from './api-theme.js';
import { linkCitations } from './equations.js';
import { entriesOf, packagesOf, read, root } from './pages.js';

/**
 * The API: a page for each entry of each package, made from docstrings by TypeDoc, as a Map from path to Markdown. Where a
 * docstring cites an equation of the theory, it links to it.
 */
export async function apiPages(equations) {
  // TypeDoc keeps a name where it meets it first: so packages come before those that build on them and pass names on.
  const entries = packagesOf()
    .toReversed()
    .flatMap((folder) =>
      entriesOf().filter(({ source }) => source.startsWith(`packages/${folder}/`)),
    );
  const application = await Application.bootstrapWithPlugins({
    ...options,
    entryPoints: entries.map(({ source }) => `${root}${source}`),
  });
  application.renderer.defineTheme('softmoe', ApiTheme);
  application.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      const { inheritedFrom, overwrites, parent } = reflection;
      if ((inheritedFrom || overwrites) && parent.kind === ReflectionKind.Class) {
        project.removeReflection(reflection);
        continue;
      }
      if (reflection.comment) linkComment(reflection.comment, equations);
      if (reflection.name === '__namedParameters') reflection.name = wordOf(reflection.type);
    }
  });
  const project = await application.convert();
  if (!project) throw new Error('TypeDoc could not read the packages: see what it says above.');
  application.validate(project);
  if (application.logger.hasWarnings()) {
    throw new Error('Docstrings link to names that have no entry: see what TypeDoc says above.');
  }
  for (const module of project.children) {
    const entry = entries.find(({ source }) => source === module.sources[0].fileName);
    module.name = entry.route.slice('api/'.length);
    const rank = rankOf(entry);
    for (const group of module.groups) group.children.sort((a, b) => rank(a) - rank(b));
  }
  const folder = mkdtempSync(join(tmpdir(), 'softmoe-api-'));
  try {
    application.options.setValue('outputs', [{ name: 'markdown', path: folder }]);
    await application.generateOutputs(project);
    return new Map(entries.map((entry) => [`${entry.route}.md`, pageOf(entry, folder)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const options = {
  plugin: ['typedoc-plugin-markdown'],
  theme: 'softmoe',
  router: 'module',
  tsconfig: fileURLToPath(new URL('../tsconfig.api.json', import.meta.url)),
  basePath: root,
  readme: 'none',
  disableGit: true,
  sourceLinkTemplate: '{path}',
  // What Error and zod bring is no name of ours.
  excludeExternals: true,
  // `pnpm typecheck` does.
  skipErrorChecking: true,
  logLevel: 'Warn',
  validation: { invalidLink: true, notExported: false, invalidPath: false, rewrittenLink: false },
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hidePageTitle: true,
  useHTMLAnchors: true,
  sort: ['source-order'],
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases', '*'],
  parametersFormat: 'none',
  expandParameters: true,
  expandObjects: true,
  interfacePropertiesFormat: 'htmlTable',
  classPropertiesFormat: 'htmlTable',
  typeAliasPropertiesFormat: 'htmlTable',
  typeDeclarationFormat: 'htmlTable',
  tableColumnSettings: {
    hideSources: true,
    hideInherited: true,
    hideOverrides: true,
    hideModifiers: true,
    hideDefaults: true,
    leftAlignHeaders: true,
  },
};

/** What to call a parameter that is taken apart where it is declared, for which TypeDoc has no word. */
function wordOf({ type, name }) {
  if (type !== 'reference' || /Options$|^(?:Omit|Pick)$/.test(name)) return 'options';
  return name[0].toLowerCase() + name.slice(1);
}

/** Names that the package's README speaks of come first, in its order; the others follow as they stand in the sources. */
function rankOf({ source }) {
  const text = read(source.replace(/\/src\/.*/, '/README.md'));
  return ({ name }) => {
    const place = text.search(new RegExp(`\\b${name}\\b`));
    return place < 0 ? text.length : place;
  };
}

function linkComment({ summary, blockTags }, equations) {
  for (const part of [summary, ...blockTags.map(({ content }) => content)].flat()) {
    // A star is one, as in f*: docstrings have no emphasis.
    if (part.kind === 'text')
      part.text = linkCitations(part.text.replaceAll('*', '\\*'), equations);
  }
}

/** The page of an entry: how it is imported, then what TypeDoc wrote of its names. */
function pageOf({ name, source, route }, folder) {
  const names = readFileSync(join(folder, `${route.slice('api/'.length)}.md`), 'utf8');
  const home = source.split('/')[1];
  return [
    '---\npageClass: api\n---',
    `# ${name}`,
    `What \`import … from '${name}'\` gives. [The package at work](/packages/${home}) · [all packages](/api/)`,
    names
      .replaceAll('&hyphen;', '')
      .replaceAll(
        /^#+ (?:Get Signature\n\n|Overrides\n\n.*\n\n|Extends\n\n(?:- (?!\[).*\n)+\n)/gm,
        '',
      )
      // Headings have the anchors that TypeDoc links to.
      .replaceAll(/<a id="([^"]+)"><\/a>\s+(#+ .+)/g, '$2 {#$1}')
      .trim(),
    '',
  ].join('\n\n');
}
