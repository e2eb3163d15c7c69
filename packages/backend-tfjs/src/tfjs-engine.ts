import { engine, getBackend, setBackend } from '@tensorflow/tfjs-core';

/** Runs `work` with the started tfjs backend `name` as the current one, and makes the one before it current again. */
export function onBackend<T>(name: string, work: () => T): T {
  const before = getBackend();
  if (before === name) return work();
  switchTo(name);
  try {
    return work();
  } finally {
    if (before) switchTo(before);
  }
}

/** For a backend that has started, everything that matters in setBackend happens before it returns its promise. */
function switchTo(name: string): void {
  void setBackend(name);
}

/** The instance of a tfjs backend that has started. */
export function startedBackend(name: string): object | undefined {
  return engine().registry[name];
}
