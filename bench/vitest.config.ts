/** Benchmarks run on the built packages, as users do: build first (`pnpm test:packed` does). */
export { default } from '../vitest.shared.ts';
