import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleOf, librariesOf } from './bundle.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const budgets: Record<string, number> = JSON.parse(
  readFileSync(new URL('../fixtures/sizes.json', import.meta.url), 'utf8'),
);

describe('the bundle of a package stays within its budget, minified and gzipped', () => {
  it.each(librariesOf(root))('%s', async (name) => {
    const { gzip } = await bundleOf(join(root, 'packages', name));
    expect(gzip).toBeLessThanOrEqual(budgets[name] ?? 0);
  });
});
