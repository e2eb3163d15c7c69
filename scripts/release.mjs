// Releases every package at once: all checks, who owns the names, then `pnpm publish`, each package after those it needs.
// pnpm release                      checks, and says what would be published
// pnpm release --publish            publishes with provenance; only where that can be had, in the release workflow
// pnpm release --publish --registry URL   rehearses against a registry of one's own: no checks, no names, no provenance
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { publish: { type: 'boolean', default: false }, registry: { type: 'string' } },
});
const rehearsal = values.registry !== undefined;

class ReleaseError extends Error {}

/** Runs a program of npm's, and shows what it says; or gives it back, where `quiet`. */
function run(command, args, { quiet = false } = {}) {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    shell: process.platform === 'win32',
  });
}
const pnpm = (...args) => run('npx', ['-y', 'pnpm@12.21.0', ...args]);

const packages = readdirSync(`${root}packages`).map((folder) =>
  JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, 'utf8')),
);

/** One version for all, that changesets have made and nobody has published. */
function releasedVersion() {
  const pending = readdirSync(`${root}.changeset`).filter((file) =>
    /^(?!README).*\.md$/.test(file),
  );
  if (pending.length > 0) {
    throw new ReleaseError(
      `${pending.length} changesets are pending. Run \`pnpm changeset version\`, review the changelogs and commit them first.`,
    );
  }
  const versions = [...new Set(packages.map(({ version }) => version))];
  if (versions.length > 1 || versions[0] === '0.0.0') {
    throw new ReleaseError(
      `All packages must share one version above 0.0.0, and have ${versions.join(', ')}.`,
    );
  }
  return versions[0];
}

function requireCleanTree() {
  const changes = run('git', ['status', '--porcelain'], { quiet: true });
  if (changes)
    throw new ReleaseError(`The working tree has changes; commit them first:\n${changes}`);
}

/** A first publication needs a person who owns the names: whoever publishes must be one of each package's maintainers. */
function requireNames() {
  const asked = (...args) => {
    try {
      return run('npm', args, { quiet: true }).trim();
    } catch {
      return undefined;
    }
  };
  const user = asked('whoami');
  if (!user)
    throw new ReleaseError(
      'Nobody is logged in to npm: run `npm login`, or give the workflow a token.',
    );
  const scope = asked('org', 'ls', 'softmoe', user, '--json');
  const maintainers = asked('view', 'softmoe', 'maintainers', '--json');
  if (!scope?.includes(user) || (maintainers && !maintainers.includes(user))) {
    throw new ReleaseError(
      `${user} does not own the names \`softmoe\` and \`@softmoe\` on npm. Before the first publication a person must create the ` +
        'organisation softmoe (npmjs.com/org/create), see that the name softmoe is free or theirs, and add whoever publishes.',
    );
  }
}

function check() {
  for (const script of ['lint', 'typecheck', 'check:packages']) pnpm('run', script);
  run('npm', ['test']);
  for (const script of ['test:packed', 'test:consumers']) pnpm('run', script);
}

function publish() {
  const provenance = process.env.GITHUB_ACTIONS === 'true';
  if (!rehearsal && !provenance) {
    throw new ReleaseError(
      'Provenance can only be had in the release workflow: push the tag of the version, and it publishes. Nothing was published.',
    );
  }
  if (provenance) process.env.NPM_CONFIG_PROVENANCE = 'true';
  pnpm(
    'publish',
    '--recursive',
    '--access',
    'public',
    '--no-git-checks',
    ...(rehearsal ? ['--registry', values.registry] : []),
  );
}

try {
  const version = releasedVersion();
  if (!rehearsal) {
    requireCleanTree();
    requireNames();
    check();
  }
  if (values.publish) publish();
  console.log(
    `${packages.length} packages at ${version}${values.publish ? ' published' : ' are ready: tag the commit, and the release workflow publishes them'}.`,
  );
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
