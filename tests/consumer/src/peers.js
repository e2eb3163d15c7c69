// Tries @softmoe/backend-tfjs on releases of TensorFlow.js: installs the packed package beside each, in an empty folder, and runs
// the conformance suite on every kind of backend.
// pnpm --filter @softmoe/consumer-tests peers [VERSION …]     needs a build (`pnpm build`)
// Without versions: the oldest and the newest that its peer range allows. Others are let through its own check.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesOn, packAll } from '../../house/src/packed.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { peerDependencies } = JSON.parse(
  readFileSync(join(root, 'packages/backend-tfjs/package.json'), 'utf8'),
);
const range = peerDependencies['@tensorflow/tfjs-core'].match(/[\d.]+/g);
const versions = process.argv.length > 2 ? process.argv.slice(2) : range;

/** Prints one line a kind of backend: how many cases passed, and those that failed. */
const program = `
import v8 from 'node:v8';
v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
const { createTfjsBackend } = await import('@softmoe/backend-tfjs');
const { conformanceCases } = await import('@softmoe/backend/conformance');
const { sampleBatch } = await import('@softmoe/teacher');
const kinds = {
  cpu: ['cpu', {}],
  'wasm composed': ['wasm', { kernels: 'composed' }],
  'wasm fused simd': ['wasm', { variant: 'simd' }],
  'wasm fused relaxed': ['wasm', { variant: 'relaxed' }],
};
for (const [kind, [name, options]] of Object.entries(kinds)) {
  const failed = [];
  let passed = 0;
  try {
    const backend = await createTfjsBackend(name, options);
    for (const { name: rule, run } of conformanceCases({ drawBatch: sampleBatch })) {
      await run(backend).then(() => passed++, ({ message }) => failed.push(rule + ': ' + message));
    }
    backend.dispose();
  } catch (error) {
    failed.push(error.message);
  }
  console.log(kind.padEnd(20), passed + ' cases passed, ' + failed.length + ' failed', failed[0]?.slice(0, 200) ?? '');
  if (failed.length > 0) process.exitCode = 1;
}
`;

const folder = mkdtempSync(join(tmpdir(), 'softmoe-peers-'));
let failures = 0;
try {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  packAll(root, tarballs);
  for (const version of versions) {
    const project = join(folder, version);
    mkdirSync(project);
    const names = ['backend-tfjs', 'backend', 'teacher'].map((name) => `@softmoe/${name}`);
    const { dependencies, overrides } = dependenciesOn(tarballs, names);
    for (const name of Object.keys(peerDependencies)) dependencies[name] = version;
    const manifest = { private: true, type: 'module', dependencies, overrides };
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    execFileSync('npm', ['install', '--legacy-peer-deps', ...quiet], {
      cwd: project,
      stdio: 'inherit',
    });
    letThrough(join(project, 'node_modules/@softmoe/backend-tfjs/dist/versions.js'), version);
    writeFileSync(join(project, 'program.js'), program);
    console.log(`\nTensorFlow.js ${version}`);
    const { status } = spawnSync(process.execPath, ['program.js'], {
      cwd: project,
      stdio: 'inherit',
    });
    if (status !== 0) failures++;
    rmSync(project, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${versions.length - failures} of ${versions.length} releases pass`);
if (failures > 0) process.exitCode = 1;

/** Makes an installed copy allow a version outside its range, to see how it does there. */
function letThrough(file, version) {
  if (range.includes(version)) return;
  const text = readFileSync(file, 'utf8');
  const opened = text
    .replace(/(OLDEST = ')[^']+/, '$10.0.0')
    .replace(/(NEWEST = ')[^']+/, '$199.0.0');
  if (opened === text) throw new Error(`${file} has no range to open`);
  writeFileSync(file, opened);
}
