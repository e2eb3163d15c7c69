/** A kind of expert that a spec can name: at first a rectifier that lets a tenth through below 0. */
export function partOf({ name, camel, words }) {
  const folder = 'packages/model/src';
  return {
    files: {
      [`${folder}/experts/${name}.ts`]: `import type { ExpertFamily } from '../function.ts';

/** The ${words} expert h(z) = z above 0 and z/10 below. At its kink h′(0) = 1/10. */
export const ${camel}: ExpertFamily<{ readonly kind: '${camel}' }> = {
  constants: [],
  create: () => ({
    name: '${camel}',
    parity: 'none',
    value: (z) => (z > 0 ? z : z / 10),
    derivative: (z) => (z > 0 ? 1 : 0.1),
  }),
};
`,
      [`${folder}/experts/${name}.test.ts`]: `import { describe, expect, it } from 'vitest';
import { derivative } from '../../test/calculus.ts';
import { expertOf } from '../expert.ts';

describe('expert ${camel}', () => {
  const expert = expertOf({ kind: '${camel}' });

  it('is z above 0 and z/10 below', () => {
    expect([-20, -1, 0, 3].map(expert.value)).toEqual([-2, -0.1, 0, 3]);
  });

  it('has the derivative of its value', () => {
    for (let z = -6.05; z <= 6; z += 0.3) {
      expect(Math.abs(expert.derivative(z) - derivative(expert.value, z))).toBeLessThan(1e-10);
    }
  });
});
`,
    },
    edits: [
      {
        path: `${folder}/expert.ts`,
        at: /import \{ gelu, relu, tanh \}.*\n/,
        add: (line) => `${line}import { ${camel} } from './experts/${name}.ts';\n`,
      },
      {
        path: `${folder}/expert.ts`,
        at: / \| \{ readonly kind: 'linear' \};/,
        add: (line) => `${line.slice(0, -1)}\n  | { readonly kind: '${camel}' };`,
      },
      { path: `${folder}/expert.ts`, at: /gelu, linear \}/, add: () => `gelu, linear, ${camel} }` },
      {
        path: 'packages/backend/src/conformance/accuracy.ts',
        at: / {2}linear: \[\{ kind: 'linear' \}\],\n/,
        add: (line) => `${line}  ${camel}: [{ kind: '${camel}' }],\n`,
      },
    ],
    test: { package: '@softmoe/model', file: `src/experts/${name}.test.ts` },
    next: [
      'pnpm --filter @softmoe/model test: the tests of every expert hold for yours, too',
      'its equation in the docstring; `coefficients` where it is a polynomial: then all is exact, docs/theory.md (4)',
      'constants beside `kind`: see experts/polynomials.ts',
      'packages/kernels/src/spec.ts, packages/backend-tfjs/src/tensor-functions.ts and packages/runs/src/onnx/graph.ts refuse an expert that they do not know; the conformance suite and save-onnx.test.ts ask them for every one',
    ],
  };
}
