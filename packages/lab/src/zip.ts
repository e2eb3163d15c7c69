import { unzipSync } from 'fflate';

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * The files of a zip archive, in its order, with names that are there twice as often as they are. Throws an error for a damaged archive,
 * such as one with a file whose CRC-32 is not the one that was written: fflate leaves that to its callers.
 */
export function unzip(bytes: Uint8Array): ZipEntry[] {
  const names: string[] = [];
  const files = unzipSync(bytes, { filter: ({ name }) => names.push(name) > 0 });
  const sums = checksums(bytes, names.length);
  return names.map((name, i) => {
    const content = files[name] ?? new Uint8Array();
    // Of two files of one name the last is what there is to check.
    if (names.lastIndexOf(name) === i && crc32(content) !== sums[i]) {
      throw new RangeError(`${name} has another CRC-32 than was written`);
    }
    return { name, content };
  });
}

const END_OF_DIRECTORY = 0x06054b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;

/** The CRC-32 of each file, from the directory at the end of an archive. */
function checksums(bytes: Uint8Array, count: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = (at: number) => view.getUint16(at, true);
  const long = (at: number) => view.getUint32(at, true);
  let end = bytes.length - END_LENGTH;
  while (long(end) !== END_OF_DIRECTORY) end--;
  let entry = long(end + 16);
  return Array.from({ length: count }, () => {
    const sum = long(entry + 16);
    entry += ENTRY_LENGTH + short(entry + 28) + short(entry + 30) + short(entry + 32);
    return sum;
  });
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});

function crc32(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 255] ?? 0);
  return ~sum >>> 0;
}
