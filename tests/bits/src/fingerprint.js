import { createHash } from 'node:crypto';

/** Names of what a run's time or its words decide, or that name its coordinates: they are not its numbers. */
const ASIDE = new Set([
  'seconds',
  'timing',
  'advice',
  'warnings',
  'config',
  'state',
  'format',
  'frame',
]);

/** SHA-256 of every number that a value holds, bit for bit, with the names that lead to it: key order plays no part. */
export function fingerprint(value) {
  const hash = createHash('sha256');
  add(hash, value);
  return hash.digest('hex').slice(0, 16);
}

function add(hash, value) {
  if (typeof value === 'number') hash.update(new Uint8Array(Float64Array.of(value).buffer));
  else if (ArrayBuffer.isView(value))
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  else if (Array.isArray(value)) {
    hash.update(`[${value.length}]`);
    for (const entry of value) add(hash, entry);
  } else if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value).filter(
      (name) => !ASIDE.has(name) && value[name] !== undefined,
    );
    for (const name of names.sort()) {
      hash.update(`.${name}:`);
      add(hash, value[name]);
    }
  } else hash.update(`${value};`);
}
