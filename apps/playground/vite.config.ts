import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'vite';
import { contentSecurityPolicy, policy } from './build/content-security-policy.ts';
import { leanPlot } from './build/lean-plot.ts';
import { serviceWorker } from './build/service-worker.ts';

/** Packages are bundled from their sources, so that nothing has to be built before. */
const conditions = ['@softmoe/source', 'browser', 'module', 'import', 'default'];

const config: UserConfig = defineConfig({
  base: './',
  resolve: { conditions },
  plugins: [svelte(), leanPlot(), contentSecurityPolicy(), serviceWorker()],
  worker: { format: 'es' },
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  preview: { headers: { 'Content-Security-Policy': policy } },
});

export default config;
