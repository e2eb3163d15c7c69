import {
  Abs,
  Add,
  broadcast_util,
  div,
  type GradConfig,
  getGradient,
  Mean,
  Multiply,
  mul,
  Neg,
  neg,
  ones,
  RealDiv,
  Reshape,
  registerGradient,
  reshape,
  Square,
  SquaredDifference,
  Sub,
  Sum,
  sign,
  square,
  sub,
  sum,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';

/**
 * Gives TensorFlow.js the derivatives that losses of f(x) are made of, of +, −, ×, ÷, squares, absolute values, sums and means:
 * tfjs-core alone brings none in Node. What tfjs-layers or the whole of tfjs has registered stays, and comes after it too.
 */
export function registerCoreGradients(): void {
  for (const config of configs) if (!getGradient(config.kernelName)) registerGradient(config);
}

/** Derivatives of a ∘ b by a and b, as functions of dy. */
type Slopes = (dy: Tensor, a: Tensor, b: Tensor) => [a: () => Tensor, b: () => Tensor];

/** An operator of two tensors, the smaller of which is repeated along the axes that it lacks. */
function binary(kernelName: string, slopes: Slopes): GradConfig {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc(dy, [a, b]) {
      if (!a || !b) throw new TypeError(`${kernelName} was saved without its inputs`);
      const [byA, byB] = slopes(tensorOf(dy), a, b);
      return { a: () => summedTo(a.shape, byA()), b: () => summedTo(b.shape, byB()) };
    },
  };
}

/** An operator of one tensor x: its derivative by x, times dy. */
function unary(
  kernelName: string,
  slope: (dy: Tensor, x: Tensor, axis: number | number[]) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc(dy, [x], attrs) {
      if (!x) throw new TypeError(`${kernelName} was saved without its input`);
      return { x: () => slope(tensorOf(dy), x, attrs?.axis as number | number[]) };
    },
  };
}

const configs: readonly GradConfig[] = [
  binary(Add, (dy) => [() => dy, () => dy]),
  binary(Sub, (dy) => [() => dy, () => neg(dy)]),
  binary(Multiply, (dy, a, b) => [() => mul(dy, b), () => mul(dy, a)]),
  binary(RealDiv, (dy, a, b) => [() => div(dy, b), () => neg(div(mul(dy, a), square(b)))]),
  binary(SquaredDifference, (dy, a, b) => [
    () => mul(dy, mul(sub(a, b), 2)),
    () => mul(dy, mul(sub(b, a), 2)),
  ]),
  unary(Square, (dy, x) => mul(dy, mul(x, 2))),
  unary(Abs, (dy, x) => mul(dy, sign(x))),
  unary(Neg, (dy) => neg(dy)),
  unary(Reshape, (dy, x) => reshape(dy, x.shape)),
  unary(Sum, repeated),
  unary(Mean, (dy, x, axis) => div(repeated(dy, x, axis), x.size / Math.max(dy.size, 1))),
];

/** dy once for every number of x that was summed to it. */
function repeated(dy: Tensor, x: Tensor, axis: number | number[]): Tensor {
  const shape = [...x.shape];
  for (const i of util.parseAxisParam(axis, x.shape)) shape[i] = 1;
  return mul(reshape(dy, shape), ones(x.shape));
}

/** Sums over the axes along which a tensor of that shape was repeated. */
function summedTo(shape: number[], gradient: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length > 0 ? reshape(sum(gradient, axes), shape) : gradient;
}

function tensorOf(dy: Tensor | Tensor[]): Tensor {
  const [first] = [dy].flat();
  if (first) return first;
  throw new TypeError('an operator has no cotangent');
}
