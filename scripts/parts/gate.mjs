/** A gate that a spec can name: at first a sigmoid twice as steep. */
export function partOf({ name, camel, words }) {
  const folder = 'packages/model/src';
  return {
    files: {
      [`${folder}/gates/${name}.ts`]: `import type { Gate } from '../function.ts';
import { exp } from '../linalg/elementary.ts';

/** The ${words} gate g(z) = 1/(1 + e^{−2z}). */
export const ${camel}: Gate = {
  name: '${camel}',
  parity: 'none',
  // The poles nearest to the real axis are at ±iπ/2.
  singularity: Math.PI / 2,
  value(z) {
    const e = exp(-2 * Math.abs(z));
    return (z < 0 ? e : 1) / (1 + e);
  },
  derivative(z) {
    const e = exp(-2 * Math.abs(z));
    return (2 * e) / ((1 + e) * (1 + e));
  },
};
`,
      [`${folder}/gates/${name}.test.ts`]: `import { describe, expect, it } from 'vitest';
import { derivative } from '../../test/calculus.ts';
import { gateOf } from '../gate.ts';

describe('gate ${camel}', () => {
  const gate = gateOf('${camel}');

  it('is 1/(1 + e^{−2z})', () => {
    for (const z of [-3, -0.5, 0, 1, 4]) {
      expect(gate.value(z)).toBeCloseTo(1 / (1 + Math.exp(-2 * z)), 15);
    }
  });

  it('has the derivative of its value', () => {
    for (let z = -6; z <= 6; z += 0.31) {
      expect(Math.abs(gate.derivative(z) - derivative(gate.value, z))).toBeLessThan(1e-10);
    }
  });
});
`,
    },
    edits: [
      {
        path: `${folder}/gate.ts`,
        at: /import \{ sigmoid \}.*\n/,
        add: (line) => `${line}import { ${camel} } from './gates/${name}.ts';\n`,
      },
      { path: `${folder}/gate.ts`, at: / \| 'tanh';/, add: () => ` | 'tanh' | '${camel}';` },
      { path: `${folder}/gate.ts`, at: /probit, tanh \}/, add: () => `probit, tanh, ${camel} }` },
      {
        path: 'packages/backend/src/reference.test.ts',
        at: / {2}probit: phi,\n/,
        add: (line) => `${line}  ${camel}: (z) => 1 / (1 + Math.exp(-2 * z)),\n`,
      },
      {
        path: 'packages/runs/src/onnx/graph.ts',
        at: /\n {2}probit,\n/,
        add: (line) =>
          `${line}  ${camel}: (graph, z) => graph.add('Sigmoid', [graph.times(z, 2)]),\n`,
      },
    ],
    test: { package: '@softmoe/model', file: `src/gates/${name}.test.ts` },
    next: [
      'pnpm --filter @softmoe/model test: the tests of every gate hold for yours, too',
      'its equation, and in singularity how far from the real axis it stays analytic: docs/theory.md (10)',
      'its operators in packages/runs/src/onnx/graph.ts, and what packages/backend/src/reference.test.ts compares it with',
      'packages/kernels/src/spec.ts and packages/backend-tfjs/src/tensor-functions.ts refuse a gate that they do not know, and the conformance suite asks them for every one; packages/certify/src/proof/gate-enclosures.ts has no proof for it',
    ],
  };
}
