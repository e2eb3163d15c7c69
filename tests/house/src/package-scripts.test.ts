import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it.each(readdirSync(`${root}packages`))(
  'packages/%s is tested, linted and checked in its folder by the commands of every package',
  (name) => {
    const { scripts } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
    expect(scripts).toMatchObject({
      test: 'vitest run',
      lint: 'node ../../scripts/package.mjs lint',
      typecheck: 'node ../../scripts/package.mjs typecheck',
    });
  },
);

it.each(['build', 'check:packages'])(
  'pnpm %s makes packages, and not the site, whose sources its cache does not watch',
  (script) => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const [, ...told] = scripts[script].split(' ');
    const run = [`${root}node_modules/turbo/bin/turbo`, ...told, '--dry=json'];
    const out = execFileSync(process.execPath, run, { cwd: root, encoding: 'utf8' });
    const made = (JSON.parse(out).tasks as { package: string; command: string }[])
      .filter(({ command }) => command !== '<NONEXISTENT>')
      .map((task) => task.package);
    expect(made).toContain('@softmoe/model');
    expect(made).not.toContain('docs');
  },
);

it('CONTRIBUTING.md says of each package which others it may import, those that it depends on', () => {
  const rows = readFileSync(`${root}CONTRIBUTING.md`, 'utf8').matchAll(
    /^\| `([a-z-]+)` \| .* \| (.*) \|$/gm,
  );
  const told = [...rows].flatMap(([, name = '', imports = '']) =>
    /any|all|the/.test(imports)
      ? []
      : [[name, imports === '–' ? [] : imports.split(', ')] as const],
  );
  expect(told.length).toBeGreaterThan(14);
  for (const [name, imports] of told) {
    const { dependencies = {} } = JSON.parse(
      readFileSync(`${root}packages/${name}/package.json`, 'utf8'),
    );
    const own = Object.keys(dependencies).flatMap((one) => /^@softmoe\/(.+)/.exec(one)?.[1] ?? []);
    expect(own.toSorted(), name).toEqual([...imports].toSorted());
  }
});
