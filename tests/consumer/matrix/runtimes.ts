import { join } from 'node:path';

const system = process.platform === 'win32' ? 'win' : process.platform;
const nodePackage = `node-${system}-${process.arch}`;

/** The oldest Node that packages state in `engines`, and two newer lines. */
export const nodes = {
  'Node 20.19': '20.19.0',
  'Node 22': '22.23.5',
  'Node 24': '24.22.3',
} as const;

/** What npm installs for the runtimes. */
export const packagesOfRuntimes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.values(nodes).map((version) => [`node-${version}`, `npm:${nodePackage}@${version}`]),
  ),
  bun: '1.4.5',
  deno: '2.9.6',
};

/** Command lines that run a file, by the name of the runtime; `folder` is where they are installed. */
export function commandsOf(folder: string): Record<string, readonly string[]> {
  const modules = join(folder, 'node_modules');
  const executable = process.platform === 'win32' ? 'node.exe' : 'bin/node';
  const ofNode = Object.entries(nodes).map(([name, version]): [string, string[]] => [
    name,
    [join(modules, `node-${version}`, executable)],
  ]);
  return {
    ...Object.fromEntries(ofNode),
    Bun: [join(modules, '.bin/bun')],
    Deno: [join(modules, '.bin/deno'), 'run', '--allow-all', '--quiet'],
  };
}
