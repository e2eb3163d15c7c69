import {
  type MoE,
  type MoESpec,
  mapParams,
  matrixSize,
  type NDArray,
  type Params,
  toTangentCoordinates,
  zeros,
} from '@softmoe/model';

/**
 * Unit tangent vectors along the translations of softmax routing, docs/theory.md (6): all router rows by one vector, all
 * biases by one number. None for independent routing.
 */
function translations(model: MoE): Params[] {
  const { spec, params } = model;
  if (spec.routing !== 'softmax') return [];
  const { experts: m, inputDim: r } = spec;
  const blank = () => mapParams(params, ({ shape }) => zeros(shape));
  const length = 1 / Math.sqrt(m);
  const ofRouters = Array.from({ length: r }, (_, c) => {
    const vector = blank();
    for (let i = 0; i < m; i++) vector.router!.data[i * r + c] = length;
    return vector;
  });
  const ofBiases = blank();
  ofBiases.routerBias!.data.fill(length);
  return [...ofRouters, ofBiases];
}

/** Unit vectors along the translations of softmax routing, in tangent coordinates: none for independent routing. */
export function flatCoordinates(model: MoE): Float64Array[] {
  return translations(model).map((vector) => toTangentCoordinates(model, vector));
}

/** The same out of the span: all routers by one vector, among the 2m logits. */
export function flatLogits({ routing, experts: m }: MoESpec): Float64Array[] {
  return routing === 'softmax' ? [new Float64Array(2 * m).fill(1 / Math.sqrt(m), 0, m)] : [];
}

/**
 * `matrix` with the mean of its other eigenvalues in the orthonormal `flat` directions, in all of which it is zero: the
 * ends of its spectrum become those on the quotient by the symmetry, and what is orthogonal to them stays as it is.
 */
export function withoutFlat(matrix: NDArray, flat: readonly Float64Array[]): NDArray {
  const { rows: n } = matrixSize(matrix);
  if (flat.length === 0 || flat.length === n) return matrix;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix.data[i * n + i]!;
  const mean = trace / (n - flat.length);
  const data = matrix.data.slice();
  for (const direction of flat) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        data[i * n + j] = data[i * n + j]! + mean * direction[i]! * direction[j]!;
      }
    }
  }
  return { shape: matrix.shape, data };
}
