import { forward, type MoE, type Points } from '@softmoe/model';
import { checkInputs, requireForm, requireInteger, requireObject } from '@softmoe/model/checks';
import { fusedPassOn } from './fused-pass.ts';
import { coordinateBlocks } from './gauss-newton.ts';
import { kernelsHere } from './plain-kernels.ts';

/** f − y at every point of a sample, [size], new each time. */
export type Residuals = (model: MoE) => Promise<Float64Array>;

/**
 * What gives the residuals of models on a fixed sample, in float64: by SIMD kernels where these have a pass for the units, else by `forward`,
 * with the same bits. Throws a typed error for what is no sample, and for a model of another input dimension.
 */
export function residualsOn(sample: Points): Residuals {
  requireObject('sample', sample, ['inputs', 'targets', 'size']);
  const { inputs, targets, size } = sample;
  requireInteger('sample.size', size, 1);
  checkInputs(targets, size, 1, 'sample.targets');
  const fusedPass = fusedPassOn(sample, coordinateBlocks(sample));
  return async (model) => {
    requireForm('model', model);
    checkInputs(inputs, size, model.spec.inputDim, 'sample.inputs');
    const pass = fusedPass(model, await kernelsHere());
    if (pass) return pass.residuals;
    return forward(model, inputs, size).map((f, s) => f - (targets[s] ?? Number.NaN));
  };
}
