import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

/** Benchmarks run on the built packages, as users do: build first (`pnpm build`; the root's `npm test` does). */
const config: ViteUserConfig = mergeConfig(shared, { test: { testTimeout: 180_000 } });

export default config;
