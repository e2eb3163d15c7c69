import { codeOf } from '@softmoe/tasks';
import { expect, it } from 'vitest';
import worker from './worker.ts';

const code = codeOf(worker);

it.each(Object.keys(worker))('the code of %s is that of its measurement alone', (kind) => {
  const covered = code.covers(kind).map((key) => key.replace(/^.*\/packages\//, ''));
  expect(covered).toContainEqual(
    expect.stringMatching(/^(claims\/dist\/measurements|runs\/dist)\//),
  );
  expect(covered).toContainEqual(expect.stringMatching(/^population\/dist\//));
  for (const key of covered) {
    expect(key).not.toMatch(/^(figures|report|queue|cli|tasks)\//);
    expect(key).not.toMatch(/^(claims|runs|lab|model)\/dist\/index\.js$/);
    expect(key).not.toMatch(/^(claims\/dist\/(?!measurements\/)|runs\/dist\/(?!experiment-))/);
  }
});

it('only kinds that open backends cover what opens them', () => {
  const covers = (kind: string) =>
    code.covers(kind).some((key) => /\/runs\/dist\/experiment-services\.js$/.test(key));
  expect(Object.keys(worker).filter(covers).sort()).toEqual(['claim/learning', 'experiment']);
});
