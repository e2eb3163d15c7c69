import type { MoE, Params } from '@softmoe/model';

/**
 * The right-hand side of an ordinary differential equation on the parameters' manifold: the velocity of `model` given
 * the Riemannian gradient of the loss there. Tangent to the manifold, of the names and shapes of the parameters.
 */
export type VectorField = (model: MoE, gradient: Params) => Params;
