import type { Snapshot } from '@softmoe/lab';
import type { History } from './moments.ts';

/** The last session, as a reload finds it. */
export interface Saved {
  readonly version: 2;
  /** The link's fragment that the session belongs to. */
  readonly hash: string;
  readonly snapshot: Snapshot;
  readonly history: History;
}

/** Builds under other paths of the same host have databases of their own. */
const DATABASE = `softmoe-playground ${new URL('.', document.baseURI).pathname}`;
const STORE = 'session';
const KEY = 'last';

/** Undefined where there is none, it came from another version, or the browser keeps nothing. */
export async function loadSaved(): Promise<Saved | undefined> {
  try {
    const saved = await inStore<Saved | undefined>('readonly', (store) => store.get(KEY));
    return saved?.version === 2 ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Private windows may refuse to store: then the session simply doesn't survive a reload. */
export async function save(saved: Saved): Promise<void> {
  try {
    await inStore('readwrite', (store) => store.put(saved, KEY));
  } catch {
    // Nothing to do about it.
  }
}

function inStore<T>(
  mode: IDBTransactionMode,
  action: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result as T);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}
