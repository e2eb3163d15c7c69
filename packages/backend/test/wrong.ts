import { type Backend, createReferenceBackend } from '../src/index.ts';

/** A backend with a mistake, and the conformance cases that must find it. */
export type Wrong = readonly [Backend, RegExp];

const reference = createReferenceBackend();

/** `base` with the changed members, and the names of the cases that must fail for it. */
export const wrong = (
  change: Partial<Backend>,
  rules: RegExp,
  base: Backend = reference,
): Wrong => [{ ...base, ...change }, rules];
