import { expect, it } from 'vitest';
import { FormatError } from '../errors.ts';
import { parseStrictJson } from './strict-json.ts';
import { decodeText } from './text.ts';

const text = '{ "name": "übung 学 🙂" }\n';
const utf16 = (content: string, littleEndian: boolean) => {
  const bytes = new Uint8Array(2 * content.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < content.length; i++) {
    view.setUint16(2 * i, content.charCodeAt(i), littleEndian);
  }
  return bytes;
};
const utf8 = (content: string) => new TextEncoder().encode(content);

it.each([
  ['UTF-8', utf8(text)],
  ['UTF-8 with a byte order mark', utf8(`\ufeff${text}`)],
  ['UTF-16, little-endian, as PowerShell writes it', utf16(`\ufeff${text}`, true)],
  ['UTF-16, big-endian', utf16(`\ufeff${text}`, false)],
  ['UTF-16, little-endian, without a mark', utf16(text, true)],
  ['UTF-16, big-endian, without a mark', utf16(text, false)],
])('a text is read from %s', (_, bytes) => {
  expect(decodeText(bytes, 'file')).toBe(text);
  expect(parseStrictJson(decodeText(bytes, 'file'), 'file')).toEqual({ name: 'übung 学 🙂' });
});

it.each([
  ['Latin-1', new Uint8Array([0x7b, 0xfc, 0x7d])],
  ['half a character', utf8('ü').subarray(0, 1)],
  ['an odd number of bytes in UTF-16', utf16('\ufeff{}', true).subarray(0, 5)],
  ['half a pair of UTF-16', utf16('\ufeff{\ud83d}', true)],
])('bytes that are no text are refused by name: %s', (_, bytes) => {
  expect(() => decodeText(bytes, 'a.json')).toThrow(FormatError);
  expect(() => decodeText(bytes, 'a.json')).toThrow(
    `a.json: is no text in UTF-8 or UTF-16 (got "${bytes.length} bytes"). Save it again as UTF-8`,
  );
});

it('nothing is the empty text', () => {
  expect(decodeText(new Uint8Array(0), 'file')).toBe('');
});
