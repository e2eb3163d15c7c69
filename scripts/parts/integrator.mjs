/** An integrator: at first Heun's method, of order 2, which is Bogacki–Shampine's file with another tableau. */
export function partOf({ name, camel, words, read }) {
  const folder = 'packages/train/src';
  const path = `${folder}/methods/${name}.ts`;
  return {
    files: {
      [path]: read(`${folder}/methods/bogacki-shampine.ts`),
      [`${folder}/methods/${name}.test.ts`]: `import { scaleParams } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../../model/test/models.ts';
import { distance, pull, pulled } from '../../fixtures/objectives.ts';
import { plainFlow } from '../fields.ts';
import { integrate } from '../integrate.ts';
import { ${camel} } from './${name}.ts';

const start = someModel({ inputDim: 5, experts: 3 });
const target = scaleParams(1.5, someModel({ inputDim: 5, experts: 3 }, 4).params);

/** How far the method ends from the exact solution at time 1. */
async function errorWith(options: Parameters<typeof ${camel}>[0]): Promise<number> {
  const stepper = integrate(plainFlow, pull(target), ${camel}(options));
  let state = await stepper.init(start);
  while (state.time < 1) state = await stepper.step(state, 1);
  return distance(state.model.params, pulled(start, target, 1));
}

describe('${camel}', () => {
  it('converges with order 2', async () => {
    const ratio = (await errorWith({ fixedStep: 1 / 64 })) / (await errorWith({ fixedStep: 1 / 128 }));
    expect(Math.abs(Math.log2(ratio) - 2)).toBeLessThan(0.1);
    expect(${camel}({ fixedStep: 1 }).order).toBe(2);
  });

  it('keeps the error of a run near its tolerance', async () => {
    expect(await errorWith({ rtol: 1e-6 })).toBeLessThan(1e-4);
    expect(await errorWith({ rtol: 1e-8 })).toBeLessThan(1e-6);
  });
});
`,
    },
    edits: [
      {
        path,
        at: /(?<=const tableau: Tableau = )\{[^}]*\}/,
        add: () => '{ order: 2, stages: [[1], [1 / 2, 1 / 2]], error: [-1 / 2, 1 / 2, 0] }',
      },
      {
        path,
        at: /\/\*\*[\s\S]*?\*\//,
        add: () => `/**
 * The ${words} method: Heun's 2(1), the mean of the slopes at both ends of an Euler step, two evaluations a step. For exact
 * objectives. Throws a typed error for unknown options and values out of range.
 */`,
      },
      { path, at: /bogackiShampine/, add: () => camel },
      {
        path: `${folder}/index.ts`,
        at: /export \{ bogackiShampine \}.*\n/,
        add: (line) => `${line}export { ${camel} } from './methods/${name}.ts';\n`,
      },
    ],
    test: { package: '@softmoe/train', file: `src/methods/${name}.test.ts` },
    next: [
      'its tableau, its order in the docstring, and its line in methods/order.test.ts',
      'configs name it once it is in packages/lab/src: config-schema.ts, steppers.ts and size-estimate.ts',
      'pnpm changeset: it is a new export of @softmoe/train',
    ],
  };
}
