import { fileURLToPath } from 'node:url';
import { slug } from 'github-slugger';
import { defineConfig, type UserConfig } from 'vitepress';
import { sidebarsOf } from '../src/pages.js';
import { access, mathematics } from './markdown.ts';

const config: UserConfig = defineConfig({
  title: 'softmoe',
  description: 'Train, understand and compress soft-routed mixtures of experts, exactly.',
  lang: 'en',
  base: process.env.DOCS_BASE ?? '/',
  srcDir: 'pages',
  srcExclude: ['public/**'],
  outDir: fileURLToPath(new URL('../dist', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../node_modules/.cache/vitepress', import.meta.url)),
  head: [['link', { rel: 'icon', href: `${process.env.DOCS_BASE ?? '/'}favicon.svg` }]],
  markdown: {
    // Texts link to headings as GitHub names them.
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(markdown) {
      mathematics(markdown);
      access(markdown);
    },
  },
  // The index of the search has a megabyte, and is loaded when one searches.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    nav: [
      { text: 'Theory', link: '/theory' },
      { text: 'API', link: '/api/' },
      { text: 'Claims', link: '/claims' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar: sidebarsOf(),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/softmoe/softmoe' }],
  },
});

export default config;
