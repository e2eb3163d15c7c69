import { readdirSync } from 'node:fs';
import { tablesOf } from './benchmarks.js';
import { fieldsTable, presetsTable } from './config.js';
import { relink } from './links.js';
import { entriesOf, manifestOf, packagesOf, read } from './pages.js';

/**
 * Pages of the site take from the repository what is said there already, by lines of their own such as
 *
 *     <!-- section README.md "Read the output" -->
 *
 * `section FILE "HEADING"`: what stands under that heading, with its links; `packages`: a table of them and of
 * their entries; `changes`: what a user can see since the last version; `bench NAME`: the table of data/NAME.json;
 * `output FILE`: what the first command of that file prints, `output FILE "START"`: the line of it that begins so,
 * as a quotation, which wraps; `presets` and `fields`: those of a config.
 */
export function withDirectives(text, pages) {
  return text.replace(
    /^<!-- (\w+)(?: (\S+))?(?: "([^"]+)")? -->$/gm,
    (line, name, file, heading) => {
      const directive = directives[name];
      if (!directive) throw new Error(`${line}: there is no directive of the name ${name}.`);
      return directive(file, heading, pages);
    },
  );
}

const directives = {
  section,
  output,
  packages,
  changes,
  bench: tablesOf,
  presets: presetsTable,
  fields: fieldsTable,
};

function section(file, heading, pages) {
  const lines = read(file).split('\n');
  const start = lines.findIndex(
    (line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading,
  );
  if (start < 0) throw new Error(`${file} has no heading “${heading}”.`);
  const level = /^#+/.exec(lines[start])[0].length;
  let fenced = false;
  const length = lines.slice(start + 1).findIndex((line) => {
    if (line.startsWith('```')) fenced = !fenced;
    return !fenced && new RegExp(`^#{1,${level}} `).test(line);
  });
  const body = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
  return relink(body.trim(), file, pages);
}

function output(file, start) {
  const [block = '', text = ''] = /^```text\n([\s\S]*?)\n```$/m.exec(read(file)) ?? [];
  const lines = text.split('\n').map((line) => line.trim());
  const told = start === undefined ? block : lines.find((line) => line.startsWith(start));
  if (!told) throw new Error(`${file} has no output “${start ?? ''}”.`);
  return start === undefined ? told : `> ${told}`;
}

function packages() {
  return [
    '| package | what it does |',
    '|---|---|',
    ...packagesOf().map((folder) => {
      const { name, description } = manifestOf(folder);
      const own = entriesOf().filter((entry) => entry.source.startsWith(`packages/${folder}/`));
      const links = own.map(
        (entry) => `[${entry.name.slice(name.length) || 'API'}](/${entry.route})`,
      );
      return `| [\`${name}\`](/packages/${folder})<br>${links.join(' ')} | ${description} |`;
    }),
  ].join('\n');
}

function changes() {
  const pending = readdirSync(new URL('../../../.changeset', import.meta.url))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => read(`.changeset/${name}`).split(/^---$/m));
  const lines = pending.map(
    ([, names, text]) =>
      `- ${text.trim().replaceAll('\n', '\n  ')}\n\n  <small>${[...names.matchAll(/'([^']+)'/g)].map(([, name]) => name).join(', ')}</small>`,
  );
  return `## Not yet released\n\n${lines.join('\n\n')}`;
}
