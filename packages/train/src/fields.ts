import { type MoE, type Params, UnknownNameError, UnsupportedError } from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import { mapParams, scaleAt, scaleParams, zeros } from '@softmoe/model/linalg';
import { ZeroAmplitudeError } from './errors.ts';

/**
 * The right-hand side of an ordinary differential equation on the parameters' manifold: the velocity of `model` given
 * the Riemannian gradient of the loss there. Tangent to the manifold, of the names and shapes of the parameters.
 */
export type VectorField = (model: MoE, gradient: Params) => Params;

/** Gradient flow ẋ = −∇L on the manifold, docs/theory.md (18): the flow of fine-tuning. */
export function plainFlow(_model: MoE, gradient: Params): Params {
  return scaleParams(-1, gradient);
}

/** κ of docs/theory.md (19): how fast log|a| moves against the directions. 2 makes the flow that of balanced layers. */
export interface BalancedFlowOptions {
  readonly kappa: number;
}

/**
 * The flow of feature learning, docs/theory.md (19): directions move at a speed that does not depend on the amplitude,
 * amplitudes grow multiplicatively,
 *
 *   v̇_i = −∇_{v_i}L/|a_i|,  ẇ_i = −∇_{w_i}L/|a_i|,  ȧ_i = −κ |a_i| ∂L/∂a_i.
 *
 * From small amplitudes every unit first aligns as if alone. An amplitude keeps its sign for ever. A field for
 * `integrate` as it stands; for another κ pass `(model, gradient) => balancedFlow(model, gradient, { kappa })`.
 *
 * Throws {@link ZeroAmplitudeError} where an amplitude is zero, {@link UnsupportedError} where units share their gates: a router's
 * gradient holds π_i f there, which does not shrink with a_i, so dividing it by |a_i| would drive the routers of the
 * weakest units apart without end.
 */
export function balancedFlow(
  model: MoE,
  gradient: Params,
  { kappa }: BalancedFlowOptions = { kappa: 2 },
): Params {
  if (!hasOwnGates(model.spec.routing)) {
    throw new UnsupportedError('has no balanced flow', {
      field: 'spec.routing',
      value: model.spec.routing,
      remedy: 'Use adam or sgd, or integrate plainFlow.',
    });
  }
  const amplitude = model.params.amplitude.data;
  return mapParams(gradient, ({ shape, data }, name) => {
    const result = new Float64Array(data.length);
    const columns = data.length / amplitude.length;
    for (const [i, a] of amplitude.entries()) {
      const size = Math.abs(a);
      if (size === 0) throw new ZeroAmplitudeError(i);
      const scale = name === 'amplitude' ? -kappa * size : -1 / size;
      scaleAt(scale, data, i * columns, result, i * columns, columns);
    }
    return { shape, data: result };
  });
}

/**
 * `field` with the parameters of these names at rest: what the others would do if those never learnt. The others still feel
 * where the frozen ones stand. Throws {@link UnknownNameError} when the field moves no parameter of a name.
 */
export function frozen(field: VectorField, names: readonly string[]): VectorField {
  return (model, gradient): Params => {
    const velocity = field(model, gradient);
    const unknown = names.find((name) => !Object.hasOwn(velocity, name));
    if (unknown !== undefined) {
      throw new UnknownNameError('is not a parameter of the model', {
        field: 'names',
        value: unknown,
        remedy: `Use one of ${Object.keys(velocity).join(', ')}.`,
      });
    }
    return mapParams(velocity, (array, name) =>
      names.includes(name) ? zeros(array.shape) : array,
    );
  };
}
