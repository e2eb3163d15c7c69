import { FormatError } from '../errors.ts';

/**
 * The text of a file: UTF-8, or UTF-16 as PowerShell's `>` writes it, with its byte order mark left away. Throws
 * {@link FormatError} about `field` for bytes that are neither, so that no character is replaced without a word.
 */
export function decodeText(bytes: Uint8Array, field: string): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(
      'is no text in UTF-8 or UTF-16',
      {
        field,
        value: `${bytes.length} bytes`,
        remedy: 'Save it again as UTF-8, or give another file if this one holds no text.',
      },
      { cause },
    );
  }
}

/** By the byte order mark; without one, JSON begins with an ASCII character, whose other byte is 0 in UTF-16. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (first && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second)) return 'utf-16be';
  return 'utf-8';
}
