import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-own-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('docs/own-data.md', () => {
  const python = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!python)(
    'goes from a table to predictions as it shows',
    async () => {
      const path = fileURLToPath(new URL('../../../../docs/own-data.md', import.meta.url));
      const blocks = [...(await readFile(path, 'utf8')).matchAll(/```(\w+)\n([\s\S]*?)```/g)];
      const [script = '', commands = '', shown = ''] = blocks.map(([, , text]) => text);
      await writeFile(join(folder, 'friedman.py'), script);
      const [first, ...ours] = commands.trim().split('\n');
      expect(first).toBe('python3 friedman.py');
      expect(spawnSync('python3', ['friedman.py'], { cwd: folder }).status).toBe(0);
      const before = process.cwd();
      process.chdir(folder);
      try {
        const printed: string[] = [];
        for (const line of ours) {
          const { code, stdout } = await softmoe(...line.split(' ').slice(1));
          expect(code).toBe(0);
          printed.push(stdout);
        }
        const [story = '', written, error = ''] = printed;
        expect(wordsOf(story)).toEqual(wordsOf(shown));
        expect(written).toBe('y.npy\n');
        expect(Number(/is (\S+)\.\n$/.exec(error)?.[1])).toBeLessThan(0.03);
      } finally {
        process.chdir(before);
      }
    },
    120_000,
  );
});

/**
 * The lines of a story without what the last bit of an exponential may change: numbers, the sizes that were tried, and what is known of
 * the end.
 */
function wordsOf(story: string): string[] {
  return story
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\d[\w.-]*/g, '#')
        .replaceAll(/ +/g, ' ')
        .trim(),
    )
    .map((line) => line.replace(/(Fine-tune: # steps\.).*/, '$1'))
    .filter((line) => line !== '# #');
}
