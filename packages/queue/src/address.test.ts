import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRedisUrl, shownAddress } from './address.ts';
import { connect } from './connect.ts';

it.each([
  ['redis://localhost:6379', 'redis://localhost:6379'],
  ['redis://me:secret@cache.example.org:6379/3', 'redis://cache.example.org:6379/3'],
  ['rediss://:secret@[::1]:6380', 'rediss://[::1]:6380'],
  ['REDIS://localhost?password=secret', 'redis://localhost'],
  ['redis://secret@localhost', 'redis://localhost'],
  ['redis://localhost/secret', "the queue's URL"],
  ['redis://user:12/secret@localhost', "the queue's URL"],
  ['redis://user:12?secret@localhost', "the queue's URL"],
  ['redis://user:12#secret@localhost', "the queue's URL"],
  ['redis://user:s3cr/et@localhost', "the queue's URL"],
  ['redis://user%3Asecret%40localhost', "the queue's URL"],
  ['redis://user:12/secret%40localhost', "the queue's URL"],
  ['http://me:secret@localhost', "the queue's URL"],
  ['me:secret@localhost', "the queue's URL"],
])('of %s is shown %s', (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});

/** Letters that no error of ours has beside each other, and all that means something in a URL. */
const character = fc.constantFrom(...'QZXJ', ...'0123456789', ...'/@:?#%&=+[] .-_~');
const password = fc
  .string({ unit: character, minLength: 4, maxLength: 24 })
  .filter((text) => /[QZXJ]/.test(text));
const place = fc.constantFrom('127.0.0.1:1', 'localhost:1', '[::1]:1', '127.0.0.1:1/2');
const protocol = fc.constantFrom('redis:', 'rediss:', 'REDIS:', 'RedisS:', ' redis:', 'http:', '');
const form = fc.constantFrom<(secret: string, at: string) => string>(
  (secret, at) => `//me:${secret}@${at}`,
  (secret, at) => `//:${secret}@${at}`,
  (secret, at) => `//${secret}@${at}`,
  (secret, at) => `//${at}?password=${secret}`,
  (secret, at) => `//${at}?db=1&password=${secret}&username=me`,
  (secret, at) => `me:${secret}@${at}`,
);

/** Pieces of a password that would tell it: three characters, one of which is a letter of {@link character}. */
function pieces(secret: string): string[] {
  const windows = Array.from({ length: secret.length - 2 }, (_, i) => secret.slice(i, i + 3));
  return windows.filter((text) => /[QZXJ]/.test(text));
}

const urls = fc
  .record({ protocol, form, place, password, encoded: fc.boolean() })
  .map(({ protocol: first, form: make, place: at, password: secret, encoded }) => ({
    secret,
    url: `${first}${make(encoded ? encodeURIComponent(secret) : secret, at)}`,
  }));

it('no part of a password is shown, however it stands in the URL', () => {
  fc.assert(
    fc.property(urls, ({ url, secret }) => {
      const shown = shownAddress(url);
      for (const piece of pieces(secret)) expect(shown).not.toContain(piece);
      for (const piece of pieces(encodeURIComponent(secret))) expect(shown).not.toContain(piece);
    }),
    { numRuns: 20_000 },
  );
});

it('no part of a password is in the error of a server that is away, nor in what hangs on it', async () => {
  await fc.assert(
    fc.asyncProperty(urls, async ({ url, secret }) => {
      const error = await connect({ url }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'QueueError', field: 'queue' });
      const printed = inspect(error, { depth: Infinity, showHidden: true });
      for (const piece of pieces(secret)) expect(printed).not.toContain(piece);
      for (const piece of pieces(encodeURIComponent(secret))) expect(printed).not.toContain(piece);
    }),
    { numRuns: 150 },
  );
});

it('a URL is one of Redis whatever the case of its protocol', () => {
  expect(['redis://a', 'REDISS://a'].map(isRedisUrl)).toEqual([true, true]);
  for (const other of ['redis:a', 'http://a', 'redis://a:b', 'redis://a/b', 'redis://a/1/2', '']) {
    expect(isRedisUrl(other)).toBe(false);
  }
});
