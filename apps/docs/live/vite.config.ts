import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'vite';
import { leanPlot } from '../../playground/build/lean-plot.ts';

/** Figures of the playground for pages of the site, from the sources of all packages, in a page of their own. */
const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { conditions: ['@softmoe/source', 'browser', 'module', 'import', 'default'] },
  plugins: [svelte(), leanPlot()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../pages/public/live', import.meta.url)),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
});

export default config;
