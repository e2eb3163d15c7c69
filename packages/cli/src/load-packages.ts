import { createRequire } from 'node:module';
import v8 from 'node:v8';
import { UnsupportedError } from '@softmoe/model';

/** The TensorFlow.js backends, with relaxed SIMD turned on where Node has it behind a flag. */
export async function loadTfjs(): Promise<typeof import('@softmoe/backend-tfjs')> {
  if (Number.parseInt(process.versions.node, 10) < 22) {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  return import('@softmoe/backend-tfjs').catch((cause: unknown) => {
    throw new UnsupportedError(
      'cannot be loaded',
      {
        field: '@softmoe/backend-tfjs',
        value: cause instanceof Error ? cause.message : cause,
        remedy: 'Install softmoe again, or use --backend reference, which is slower.',
      },
      { cause },
    );
  });
}

/** The version of a package, as it is installed here. */
export function versionOf(name: string): string {
  const { version }: { version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return version;
}

/** The package that speaks with queues: an optional one, so that nobody else installs Redis clients. */
export async function loadQueue(): Promise<typeof import('@softmoe/queue')> {
  const queue = await import('@softmoe/queue').catch((cause: Error) => {
    throw new UnsupportedError(
      'cannot be loaded',
      {
        field: '@softmoe/queue',
        value: cause.message,
        remedy: 'Queues need a package of their own: npm install @softmoe/queue',
      },
      { cause },
    );
  });
  requireFittingQueue(versionOf('@softmoe/queue'), versionOf('softmoe'));
  return queue;
}

/**
 * Throws unless an installed queue package is of a version made with that of the command: below 1.0.0 a minor version may change
 * what tasks and records are, later a major one.
 */
export function requireFittingQueue(found: string, command: string): void {
  const [major, minor] = command.split('.');
  const line = major === '0' ? `${major}.${minor}.` : `${major}.`;
  if (found.startsWith(line)) return;
  throw new UnsupportedError(`does not fit softmoe ${command}`, {
    field: '@softmoe/queue',
    value: found,
    remedy: `Install the one that does: npm install @softmoe/queue@${line}x`,
  });
}
