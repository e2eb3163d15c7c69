import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { softmoe } from '../test/softmoe.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const markdownIn = (folder: string) =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const texts = [
  'README.md',
  ...markdownIn('docs'),
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`),
];

/** Command lines `softmoe …` of a text, in its sh blocks and between backticks, `npm start` being one: words without a comment. */
function linesOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)];
  return [
    ...blocks.flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n')),
    ...spans.map(([, span = '']) => span.replaceAll(/\s+/g, ' ')),
  ]
    .map((line) => line.replace(/\s#\s.*$/, '').replace(/^npm start(?: --)?/, 'softmoe run'))
    .flatMap((line) => /^(?:npx |parallel )?softmoe (.+)$/.exec(line)?.[1] ?? []);
}

const helps = new Map<string, ReturnType<typeof softmoe>>();

/** What `softmoe … --help` prints on stdout: nothing for a command that there is not. */
async function helpOf(words: readonly string[]): Promise<string> {
  const key = words.join(' ');
  const help = helps.get(key) ?? softmoe(...words, '--help');
  helps.set(key, help);
  return (await help).stdout;
}

it.each(texts)('%s names commands and options that softmoe has', async (path) => {
  const unknown: string[] = [];
  for (const line of linesOf(readFileSync(`${root}${path}`, 'utf8'))) {
    const [first = '', second = ''] = line.split(' ');
    if (!/^[a-z]+$/.test(first)) continue;
    const nested = first === 'sweep' && ['merge', 'export'].includes(second);
    const help = await helpOf(nested ? [first, second] : [first]);
    if (help === '') unknown.push(line);
    for (const [option] of line.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
      if (!new RegExp(`\\s${option}\\b(?!-)`).test(help)) unknown.push(`${line}: ${option}`);
    }
  }
  expect(unknown).toEqual([]);
});

it('command lines are found in blocks and between backticks, and help knows what there is', async () => {
  expect(
    linesOf('`softmoe run quick --gate x` and\n```sh\nnpx softmoe runs \\\n  --tag a # b\n```\n'),
  ).toEqual(['runs    --tag a', 'run quick --gate x']);
  expect(await helpOf(['walk'])).toBe('');
  expect(await helpOf(['run'])).not.toContain('--gates');
});
