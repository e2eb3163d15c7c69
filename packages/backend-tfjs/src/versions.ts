import { TfjsStartError } from './wasm-files.ts';

/** The oldest release of TensorFlow.js that passes the conformance suite: `pnpm --filter @softmoe/consumer-tests peers`. */
export const OLDEST = '4.6.0';

/** The newest release of TensorFlow.js that passes the conformance suite. */
export const NEWEST = '4.22.0';

/**
 * Throws unless the version of a tfjs package is a release among those that were tested: the kernels rely on inner fields of it.
 * `core` is the version of tfjs-core beside it, which must be the same.
 */
export function checkVersion(packageName: string, found: string, core: string = found): void {
  if (!isTested(found)) {
    throw new TfjsStartError(`must be a release from ${OLDEST} to ${NEWEST}`, {
      field: packageName,
      value: found,
      remedy: `Install one: npm install ${packageName}@${NEWEST}.`,
    });
  }
  if (found !== core) {
    throw new TfjsStartError(`must have the version of @tensorflow/tfjs-core, ${core}`, {
      field: packageName,
      value: found,
      remedy: `Install that one: npm install ${packageName}@${core}.`,
    });
  }
}

/** Whether a version is a release from the oldest to the newest that was tested. */
export function isTested(version: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(version) && !isNewer(OLDEST, version) && !isNewer(version, NEWEST);
}

/** Whether release `a` is newer than release `b`. */
function isNewer(a: string, b: string): boolean {
  const numbers = b.split('.').map(Number);
  const differences = a.split('.').map((number, i) => Number(number) - (numbers[i] ?? 0));
  return (differences.find((difference) => difference !== 0) ?? 0) > 0;
}
