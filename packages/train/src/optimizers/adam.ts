import { type MoE, type NDArray, type Params, retract, ValueError } from '@softmoe/model';
import { requireFinite, requireKeys } from '@softmoe/model/checks';
import {
  addScaled,
  at,
  axpyAt,
  copyParams,
  dotAt,
  mapParams,
  matrixSize,
  normAt,
  type ParameterName,
  param,
  parameterLayout,
  power,
  projectTangent,
  scaleAt,
  zeros,
} from '@softmoe/model/linalg';
import type { Optimizer } from '../optimizer.ts';
import { ownMemory } from '../state.ts';

/** Learning rate and decays of {@link adam}. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the mean gradient. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean squared gradient. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8, at least 1e-150: below that, squares of gradients that it does not outweigh would underflow. */
  readonly epsilon?: number;
}

/** What Adam remembers. */
export interface AdamMemory {
  readonly updates: number;
  /** Mean gradient, parallel to the parameters. */
  readonly first: Params;
  /** Mean squared gradient: one number a row on a sphere, one an entry of a free array. */
  readonly second: Params;
}

const LEAST_EPSILON = 1e-150;
const NONE = zeros([0]);
const NO_PARAMS: Params = { router: NONE, expert: NONE, amplitude: NONE };
const BLANK: AdamMemory = { updates: 0, first: NO_PARAMS, second: NO_PARAMS };

/**
 * Adam on the manifold. Free arrays follow the usual rule, entry by entry. A row on a sphere differs twice:
 *
 * - Its first moment is a tangent vector, and the tangent space moves with the row: after each update the moment is
 *   projected on the tangent at the new row, which is parallel transport to first order in the step.
 * - Its second moment is one number, the mean of |gradient row|². Scaling entry by entry would leave the tangent space
 *   and depend on the choice of coordinates. The learning rate is thus about the angle, in radians, of a step.
 *
 * Throws a typed error for options out of range or unknown.
 */
export function adam(options: AdamOptions): Optimizer<AdamMemory> {
  requireKeys('adam', options, ['learningRate', 'beta1', 'beta2', 'epsilon']);
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  requireFinite('adam.learningRate', learningRate, Number.MIN_VALUE);
  requireFinite('adam.beta1', beta1, 0, 1 - Number.EPSILON);
  requireFinite('adam.beta2', beta2, 0, 1 - Number.EPSILON);
  requireFinite('adam.epsilon', epsilon, LEAST_EPSILON);

  return {
    init(model) {
      const first = mapParams(model.params, ({ shape }) => zeros(shape));
      const second = mapParams(first, (array, name) => zeros([blocksOf(model, name, array).count]));
      return { ...BLANK, first, second };
    },
    update(gradient, memory, model) {
      const before = ownMemory(memory, BLANK);
      const updates = before.updates + 1;
      const first = copyParams(before.first);
      const second = copyParams(before.second);
      const meanScale = 1 / (1 - power(beta1, updates));
      const squareScale = 1 / (1 - power(beta2, updates));
      const direction = mapParams(gradient, (g, name) => {
        const { count, size } = blocksOf(model, name, g);
        const m = param(first, name).data;
        const v = param(second, name).data;
        const result = zeros(g.shape);
        for (let b = 0; b < count; b++) {
          const start = b * size;
          const square = dotAt(g.data, start, g.data, start, size);
          if (square === Infinity) throw squareOverflow(`${name}[${b}]`, g.data, start, size);
          const meanSquare = beta2 * at(v, b) + (1 - beta2) * square;
          v[b] = meanSquare;
          scaleAt(beta1, m, start, m, start, size);
          axpyAt(1 - beta1, g.data, start, m, start, size);
          const scale = meanScale / (Math.sqrt(squareScale * meanSquare) + epsilon);
          scaleAt(scale, m, start, result.data, start, size);
        }
        return result;
      });
      const moved = retract(model.spec, addScaled(model.params, -learningRate, direction));
      return { model: moved, memory: { updates, first: projectTangent(moved, first), second } };
    },
  };
}

/** Beyond 1e154 a gradient has no square in float64, and a second moment of Infinity would stop the row for ever. */
function squareOverflow(
  field: string,
  gradient: Float64Array,
  start: number,
  size: number,
): ValueError {
  return new ValueError('has no square in float64, so that adam has no second moment for it', {
    field: `gradient.${field}`,
    value: normAt(gradient, start, size),
    remedy: 'Scale targets and amplitudes down, or use sgd.',
  });
}

/** What shares a second moment: a row on a sphere, an entry of a free array. */
function blocksOf({ spec }: MoE, name: ParameterName, array: NDArray) {
  const { data } = array;
  const count =
    parameterLayout(spec)[name]?.manifold === 'sphere' ? matrixSize(array).rows : data.length;
  return { count, size: data.length / count };
}
