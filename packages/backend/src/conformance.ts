import type { Expert, Gate } from '@softmoe/model';
import { accuracyCases } from './conformance/accuracy.ts';
import type { ConformanceCase } from './conformance/case.ts';
import { contractCases } from './conformance/contract.ts';
import { type DrawBatch, onlineCases } from './conformance/online.ts';
import { spanCases } from './conformance/span.ts';
import type { Draws } from './span-step.ts';

export { type ConformanceCase, ConformanceError } from './conformance/case.ts';
export type { DrawBatch } from './conformance/online.ts';

/** What the conformance suite needs beside the backend. */
export interface ConformanceOptions {
  /** Draws the batch of a `Draw`: `sampleBatch` of `@softmoe/teacher`. Without it `onlineStep` is not tested. */
  readonly drawBatch?: DrawBatch;
  /** Draws normals, [size, columns]: `normals` of `@softmoe/teacher`. Without it and `drawBatch` `spanStep` is not tested. */
  readonly normals?: Draws['normals'];
  /** Gates of the user's own, each tested with every built-in expert and every one of `experts`. */
  readonly gates?: readonly Gate[];
  /** Experts of the user's own, each tested with every built-in gate and routing and every one of `gates`. */
  readonly experts?: readonly Expert[];
}

/**
 * The rules that every backend must keep, for any test runner:
 *
 *     for (const { name, run } of conformanceCases()) it(name, () => run(backend));
 *
 * Values are compared with the plain float64 arithmetic of `@softmoe/model`, to 1e-12 of the largest entry for a
 * backend of precision float64 and to 2e-5 for float32: every gate, routing and expert, those of the user's own
 * that are given among them, awkward shapes.
 */
export function conformanceCases({
  drawBatch,
  normals,
  ...own
}: ConformanceOptions = {}): ConformanceCase[] {
  return [
    ...accuracyCases(own),
    ...contractCases(),
    ...(drawBatch ? onlineCases(drawBatch) : []),
    ...(drawBatch && normals ? spanCases({ batch: drawBatch, normals }) : []),
  ];
}
