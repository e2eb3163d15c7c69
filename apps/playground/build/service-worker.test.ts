import { expect, it } from 'vitest';
import { source } from './service-worker.ts';

type Handler = (event: Record<string, unknown>) => void;

/** Caches as all pages of a host share them. */
function host() {
  const stores = new Map<string, Set<string>>();
  return {
    stores,
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
    open: async (name: string) => {
      const store = stores.get(name) ?? new Set<string>();
      stores.set(name, store);
      return {
        addAll: async (files: readonly string[]) => {
          for (const file of files) store.add(file);
        },
        match: async (request: string | { url: string }) =>
          store.size > 0
            ? `${name} ${typeof request === 'string' ? request : request.url}`
            : undefined,
      };
    },
  };
}

/** Runs the script of a build under a scope, and returns what it hears. */
function worker(scope: string, build: string, caches: ReturnType<typeof host>, online = true) {
  const handlers = new Map<string, Handler>();
  const self = {
    registration: { scope },
    skipWaiting: async () => undefined,
    clients: { claim: async () => undefined },
    addEventListener: (type: string, handler: Handler) => handlers.set(type, handler),
  };
  const fetch = async () => (online ? 'from the host' : Promise.reject(new Error('offline')));
  new Function('self', 'caches', 'fetch', source(build, ['./', 'index.js']))(self, caches, fetch);
  const told = async (type: string, event: Record<string, unknown> = {}) => {
    const waits: Promise<unknown>[] = [];
    const note = (promise: Promise<unknown>) => waits.push(promise);
    handlers.get(type)?.({ ...event, waitUntil: note, respondWith: note });
    return (await Promise.all(waits))[0];
  };
  return {
    install: async () => {
      await told('install');
      await told('activate');
    },
    fetch: (url: string, mode = 'cors') => told('fetch', { request: { url, mode, method: 'GET' } }),
  };
}

const MAIN = 'https://host/main/';
const PULL = 'https://host/main/pr-7/';

it('a service worker deletes older caches of its own scope, and of no other', async () => {
  const caches = host();
  await worker(MAIN, 'one', caches).install();
  await worker(PULL, 'one', caches).install();
  caches.stores.set('of somebody else', new Set());
  await worker(MAIN, 'two', caches).install();
  expect([...caches.stores.keys()].sort()).toEqual([
    'of somebody else',
    `playground ${MAIN} #two`,
    `playground ${PULL} #one`,
  ]);
});

it('a service worker answers from its own build alone, also to its page when there is no net', async () => {
  const caches = host();
  await worker(PULL, 'one', caches).install();
  const main = worker(MAIN, 'two', caches, false);
  await main.install();
  expect(await main.fetch(`${MAIN}index.js`)).toBe(`playground ${MAIN} #two ${MAIN}index.js`);
  expect(await main.fetch(`${MAIN}?x=1`, 'navigate')).toBe(`playground ${MAIN} #two ${MAIN}`);
  // Pages of other builds beneath it, and other hosts, are none of its business.
  expect(await main.fetch(PULL, 'navigate')).toBeUndefined();
  expect(await main.fetch('https://elsewhere/main/index.js')).toBeUndefined();
});
