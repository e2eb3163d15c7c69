/** Benchmarks run on the built packages, as users do: build first (`pnpm build`; the root's `npm test` does). */
export { default } from '../vitest.shared.ts';
