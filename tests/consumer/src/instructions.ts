import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../packages/', import.meta.url));

/** The libraries among the packages, by folder. */
export const packages: readonly string[] = readdirSync(root).filter((name) => name !== 'cli');

/** What a README tells a reader to do with a package. */
export interface Instructions {
  /** Packages to install. */
  readonly names: readonly string[];
  /** Scripts that must run after that. */
  readonly examples: readonly string[];
  /** What each of them prints. */
  readonly printed: readonly string[];
}

/** The install line, the examples and their output in the README of a package. */
export function instructionsOf(name: string): Instructions {
  const text = readFileSync(join(root, name, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const code = (language: string) =>
    blocks.flatMap(([, of, content = '']) => (of === language ? [content] : []));
  const line =
    code('sh')
      .join('')
      .match(/^npm install (.*)$/m)?.[1] ?? '';
  return {
    names: line.split(' ').map((word) => word.replace(/(?<=.)@[\d.]+$/, '')),
    examples: code('js'),
    printed: code('text'),
  };
}
