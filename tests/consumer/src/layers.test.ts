import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { complaintsOf } from './compilers.ts';
import { expectSameOutput } from './output.ts';
import { install, runIn, type UserProject } from './user.ts';

const [, section = ''] = readFileSync(
  new URL('../../../docs/elsewhere.md', import.meta.url),
  'utf8',
).split('## TensorFlow.js');
const block = (language: string) =>
  section.match(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``))?.[1] ?? '';

let user: UserProject;
beforeAll(() => {
  user = install(inject('tarballs'), '@softmoe/backend-tfjs');
});
afterAll(() => user.remove());

it('@softmoe/backend-tfjs is installed without tfjs-layers, which only its entry /layers asks for', () => {
  const without = "await import('@softmoe/backend-tfjs'); console.log('works');";
  expect(runIn(user.path, without).trim()).toBe('works');
  const missing =
    "await import('@softmoe/backend-tfjs/layers').catch(({ message }) => console.log(message));";
  expect(runIn(user.path, missing)).toContain("Cannot find package '@tensorflow/tfjs-layers'");
});

it('the example of docs/elsewhere.md runs after its install line, and is strict TypeScript', () => {
  const layers = block('sh').match(/@tensorflow\/tfjs-layers@\S+/)?.[0] ?? '';
  user.run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    layers,
  );
  expectSameOutput(runIn(user.path, block('js')), block('text'));
  expect(complaintsOf('typescript', user.path, { 'layer.ts': block('js') }, true)).toBe('');
});
