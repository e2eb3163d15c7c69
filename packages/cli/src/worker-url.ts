/** The module that worker threads run. Threads need JavaScript: from sources, as tests run, it is the built one. */
export const workerUrl: URL = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/worker.js' : './worker.js',
  import.meta.url,
);
