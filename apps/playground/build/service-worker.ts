import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Emits a service worker that keeps the files of this very build, so that the page works offline once loaded. */
export function serviceWorker(): Plugin {
  let publicDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_, bundle) {
      const names = Object.keys(bundle)
        .filter((name) => !name.endsWith('.map'))
        .sort();
      const version = createHash('sha256');
      for (const name of names) {
        const file = bundle[name]!;
        version.update(name).update(file.type === 'asset' ? file.source : file.code);
      }
      const open = readdirSync(publicDir).sort();
      for (const name of open) version.update(name).update(readFileSync(join(publicDir, name)));
      const build = version.digest('hex').slice(0, 12);
      const files = ['./', ...names.filter((name) => name !== 'index.html'), ...open];
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: source(build, files) });
    },
  };
}

/**
 * Caches belong to the host, not to the page: names carry the scope of the registration, closed by a character that no scope
 * holds, so that builds under other paths are neither read nor deleted.
 */
export const source = (
  build: string,
  files: readonly string[],
): string => `const MINE = 'playground ' + self.registration.scope + ' #';
const CACHE = MINE + ${JSON.stringify(build)};
const FILES = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith(MINE) && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  const isPage = request.mode === 'navigate';
  const [address] = request.url.split(/[?#]/);
  if (isPage && address !== self.registration.scope && address !== self.registration.scope + 'index.html') return;
  const kept = isPage ? self.registration.scope : request;
  const answer = () => caches.open(CACHE).then((cache) => cache.match(kept, { ignoreSearch: true }));
  event.respondWith(
    isPage
      ? fetch(request).catch(answer)
      : answer().then((cached) => cached ?? fetch(request)),
  );
});
`;
