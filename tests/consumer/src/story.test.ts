import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { install, installed, type UserProject } from './user.ts';

const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');

/** The script of the README that has this on its first line. */
function example(firstLine: string): string {
  const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const found = blocks.find((block) => block.startsWith(firstLine));
  if (!found) throw new Error(`README.md has no example that starts with ${firstLine}`);
  return found;
}

describe('the packed packages in an empty folder', () => {
  let user: UserProject;
  beforeAll(() => {
    user = install(inject('tarballs'), 'softmoe', '@softmoe/lab');
  });
  afterAll(() => user.remove());

  it("run the README's ten-line story of the canonical experiment", () => {
    const script = example('// story.mjs');
    expect(script.trim().split('\n').length).toBeLessThanOrEqual(12);
    user.write('story.mjs', script);
    const output = user.run('node', 'story.mjs');
    expect(output).toMatch(/5 of 5 teacher experts recovered/);
    const error = Number(/parameter error ([\d.e+-]+)/.exec(output)?.[1]);
    expect(error).toBeLessThanOrEqual(1e-12);
  });

  it('bring a softmoe command that prints result.json alone', () => {
    const result = JSON.parse(user.run('npx', 'softmoe', 'run', 'quick', '--json', '--quiet'));
    expect(result).toMatchObject({ inputDim: 64, teachers: 3, recovered: 3, survivors: 3 });
  });

  it('sweep in worker threads', () => {
    const base = { inputDim: 24, teachers: 2 };
    user.write('sweep.json', JSON.stringify({ base, grid: { students: [2, 8], seed: [1, 2] } }));
    const summary = JSON.parse(
      user.run('npx', 'softmoe', 'sweep', 'sweep.json', '--quiet', '--json'),
    );
    expect(summary.runs).toEqual({ total: 4, done: 4, failed: 0, missing: 0 });
  });
});

describe('@softmoe/population alone', () => {
  let user: UserProject;
  beforeAll(() => {
    user = install(inject('tarballs'), '@softmoe/population');
  });
  afterAll(() => user.remove());

  it('brings no package of the workspace but kernels and model', () => {
    expect(installed(user)).toEqual(['kernels', 'model', 'population']);
  });

  it("runs the README's example", () => {
    user.write('loss.mjs', example('// loss.mjs'));
    expect(user.run('node', 'loss.mjs')).toMatch(/^loss 0\.\d+/);
  });
});
