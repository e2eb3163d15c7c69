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
      const cache = `playground-${version.digest('hex').slice(0, 12)}`;
      const files = ['./', ...names.filter((name) => name !== 'index.html'), ...open];
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: source(cache, files) });
    },
  };
}

const source = (cache: string, files: readonly string[]) => `const CACHE = ${JSON.stringify(cache)};
const FILES = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('playground-') && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  const isPage = request.mode === 'navigate';
  const answer = () => caches.match(isPage ? new URL('./', self.location).href : request, { ignoreSearch: true });
  event.respondWith(
    isPage
      ? fetch(request).catch(answer)
      : answer().then((cached) => cached ?? fetch(request)),
  );
});
`;
