import { runnerImport } from 'vite';
import { root } from './pages.js';

/** What a source of the packages exports; nothing has to be built. */
async function sourceOf(path) {
  const conditions = ['@softmoe/source'];
  const { module } = await runnerImport(`${root}${path}`, {
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    environments: {
      inline: { resolve: { conditions, external: [], noExternal: [/^@softmoe\//] } },
    },
  });
  return module;
}

const { configFields } = await sourceOf('packages/cli/src/run/config-options.ts');
const { presets } = await sourceOf('packages/lab/src/presets.ts');

/** A table of the fields of a config, with their options of the command line. */
export function fieldsTable() {
  return [
    '| field and option | what it is |',
    '|---|---|',
    ...configFields().map(
      ({ path, flag, description }) =>
        `| \`${path.join('.')}\`<br>\`--${flag}\` | ${description} |`,
    ),
  ].join('\n');
}

/** A table of the presets. */
export function presetsTable() {
  return [
    '| preset | what it is |',
    '|---|---|',
    ...Object.entries(presets).map(([name, { about }]) => `| \`${name}\` | ${about} |`),
  ].join('\n');
}
