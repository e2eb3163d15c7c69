import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { createServer, build as viteBuild } from 'vite';
import webpack from 'webpack';
import { importMapOf } from './import-map.ts';
import { type Site, serve } from './site.ts';

/** A project of a user beside the node_modules of a row: a program, main.js, and the page that starts it. */
interface Project {
  readonly path: string;
}

/** Makes a site of a program, in one of the ways that people do. */
export type Builder = (project: Project) => Promise<Site>;

const page = (script: string, head = '') =>
  `<!doctype html><html><head>${head}</head><body><script type="module" src="${script}"></script></body></html>`;

/** Runs `work` with the site of a program. */
export async function withSite<T>(
  rowPath: string,
  program: string,
  builder: Builder,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const path = mkdtempSync(join(rowPath, 'page-'));
  try {
    writeFileSync(join(path, 'main.js'), program);
    writeFileSync(join(path, 'index.html'), page('./main.js'));
    const site = await builder({ path });
    return await work(site.url).finally(() => site.close());
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** What Vite needs to know of a project: nothing but where it is. */
const vite = (root: string) => ({ root, configFile: false, logLevel: 'silent' }) as const;

/** A folder with a page of one script, which some bundler has still to write, and the .wasm files of tfjs where there are any. */
function output(path: string): string {
  const out = join(path, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'index.html'), page('./bundle.js'));
  const wasm = join(path, '../node_modules/@tensorflow/tfjs-backend-wasm/dist');
  if (existsSync(wasm)) {
    cpSync(wasm, join(out, 'wasm'), {
      recursive: true,
      filter: (file) => file === wasm || file.endsWith('.wasm'),
    });
  }
  return out;
}

export const builders = {
  async 'Vite dev'({ path }) {
    const server = await createServer({ ...vite(path), server: { port: 0, hmr: false } });
    await server.listen();
    return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
  },

  async 'Vite build'({ path }) {
    await viteBuild({ ...vite(path), build: { target: 'es2022' } });
    return serve(join(path, 'dist'));
  },

  async worker({ path }) {
    writeFileSync(
      join(path, 'page.js'),
      `const worker = new Worker(new URL('./main.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => softmoeSend(data);
worker.onerror = ({ message }) => { throw new Error(message); };\n`,
    );
    writeFileSync(join(path, 'index.html'), page('./page.js'));
    await viteBuild({ ...vite(path), build: { target: 'es2022' }, worker: { format: 'es' } });
    return serve(join(path, 'dist'));
  },

  async esbuild({ path }) {
    const out = output(path);
    await esbuild({
      entryPoints: [join(path, 'main.js')],
      outfile: join(out, 'bundle.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    });
    return serve(out);
  },

  async rolldown({ path }) {
    const out = output(path);
    const bundle = await rolldown({
      input: join(path, 'main.js'),
      platform: 'browser',
      logLevel: 'silent',
    });
    await bundle.write({ dir: out, entryFileNames: 'bundle.js', minify: true });
    await bundle.close();
    return serve(out);
  },

  async webpack({ path }) {
    const out = output(path);
    await new Promise<void>((done, fail) => {
      webpack(
        {
          mode: 'production',
          context: path,
          entry: './main.js',
          output: { path: out, filename: 'bundle.js', publicPath: './' },
          performance: false,
        },
        (error, stats) => {
          if (error) fail(error);
          else if (stats?.hasErrors())
            fail(new Error(stats.toString({ all: false, errors: true })));
          else done();
        },
      );
    });
    return serve(out);
  },

  async 'import map'({ path }) {
    const imports = await importMapOf(path, join(path, 'main.js'));
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    writeFileSync(join(path, 'index.html'), page('./main.js', map));
    return serve(path);
  },
} satisfies Record<string, Builder>;
