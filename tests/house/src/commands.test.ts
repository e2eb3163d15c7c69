import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const foldersIn = (folder: string) =>
  readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`);

/** The scripts of a package of the workspace, by its name and its folder; those of the root by `.`. */
const scripts = new Map<string, readonly string[]>();
for (const folder of ['.', 'bench', ...['packages', 'apps', 'tests'].flatMap(foldersIn)]) {
  if (!existsSync(`${root}${folder}/package.json`)) continue;
  const { name, scripts: own } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  for (const key of [name, folder]) scripts.set(key, Object.keys(own ?? {}));
}

const texts = [
  ...['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...foldersIn('docs')],
  ...['packages', 'apps'].flatMap(foldersIn).map((folder) => `${folder}/README.md`),
].filter((path) => path.endsWith('.md'));

/** What pnpm does by itself, and what it calls that a package of the root brings. */
const BUILT_IN = ['install', 'exec', 'changeset'];

/** Commands `pnpm …`, `npm run …`, `npm start` and `npm test` of a text: the package that they are of, if they say, and their script. */
function commandsOf(text: string): { readonly of: string | undefined; readonly script: string }[] {
  const line = /\bp?npm(?: run| --filter \S+)?(?: -s| --silent)* [a-z][\w:-]*/g;
  return [...text.replaceAll(/\s+/g, ' ').matchAll(line)].flatMap(([command]) => {
    const words = command.split(' ').filter((word) => !['run', '-s', '--silent'].includes(word));
    const script = words.at(-1) ?? '';
    if (words[0] === 'npm' && !/ (?:run|start|test)\b/.test(command)) return [];
    return { of: words.length > 2 ? words[2] : undefined, script };
  });
}

it.each(texts)('%s names scripts that there are', (path) => {
  const folder = path.replace(/\/README\.md$/, '');
  const unknown = commandsOf(readFileSync(`${root}${path}`, 'utf8')).filter(({ of, script }) => {
    const known = of === undefined ? ['.', folder, 'packages/prune'] : [of];
    return !BUILT_IN.includes(script) && !known.some((key) => scripts.get(key)?.includes(script));
  });
  expect(unknown).toEqual([]);
});

it('scripts are found in texts, with the package that they are of', () => {
  expect(
    commandsOf(
      '`pnpm --filter docs e2e`, `npm run -s softmoe -- x`, pnpm\nlint; npm install, npm names',
    ),
  ).toEqual([
    { of: 'docs', script: 'e2e' },
    { of: undefined, script: 'softmoe' },
    { of: undefined, script: 'lint' },
  ]);
  expect(scripts.get('.')).toContain('lint');
});
