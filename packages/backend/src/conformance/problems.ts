import {
  createMoE,
  type Expert,
  type ExpertSpec,
  forward,
  type Gate,
  type GateSpec,
  type MoE,
  ndarray,
  normaliseRows,
  type Points,
  units,
} from '@softmoe/model';
import {
  type GateName,
  gateOfFreeRouters,
  hasOwnGates,
  type Inputs,
  type RoutingName,
  routingNames,
  type SharedRouting,
} from '@softmoe/model/checks';
import { axpy, row, scale } from '@softmoe/model/linalg';

export interface ModelOptions {
  readonly inputDim: number;
  readonly experts: number;
  readonly gate?: GateName | GateSpec | Gate;
  readonly expert?: ExpertSpec | Expert;
  readonly routing?: RoutingName;
  /** Models of different salts have different numbers. */
  readonly salt?: number;
}

/** Every kind of routing in which units share their gates. */
export const sharedRoutings: readonly SharedRouting[] = routingNames.filter(
  (name) => !hasOwnGates(name),
) as SharedRouting[];

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * `length` numbers spread evenly over [−√3, √3), so of unit variance: the fractional parts of k(√5 − 1)/2 + k²√2·salt,
 * k = 1, 2, …, which are equidistributed, and jointly so for different salts ≥ 1 (Weyl). Plain arithmetic, so the same
 * bits on every machine.
 */
function spread(length: number, salt: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const k = i + 1;
    const u = (GOLDEN * k + Math.SQRT2 * salt * k * k) % 1;
    return Math.sqrt(3) * (2 * u - 1);
  });
}

/**
 * A model with no special numbers, amplitudes of both signs between 1/2 and 3/2. Where units share their gates so are the
 * biases and the lengths of router rows, which keeps every gate open somewhere; lengths too where the gate says that they are free.
 */
export function model(options: ModelOptions): MoE {
  const { inputDim: d, experts: m, gate = 'sigmoid', salt = 0 } = options;
  const { expert = { kind: 'hermite', degree: 3 }, routing = 'independent' } = options;
  const rows = (seed: number) => normaliseRows(ndarray([m, d], spread(m * d, seed)));
  const scalars = (seed: number) => ndarray([m], spread(m, seed).map(awayFromZero));
  const router = rows(7 * salt + 1);
  const params = {
    router,
    expert: rows(7 * salt + 2),
    amplitude: scalars(7 * salt + 3),
  };
  const own = hasOwnGates(routing);
  if (!own || gateOfFreeRouters(gate)) {
    scalars(7 * salt + 7).data.forEach((length, i) => {
      scale(length, row(router, i));
    });
  }
  return own
    ? createMoE({ inputDim: d, experts: m, gate, expert, routing }, params)
    : createMoE(
        { inputDim: d, experts: m, expert, routing },
        { ...params, routerBias: scalars(7 * salt + 6) },
      );
}

/** Points of unit variance, [size, d]. */
export function points(size: number, inputDim: number, salt: number = 0): Float64Array {
  return spread(size * inputDim, 7 * salt + 4);
}

/** A labelled batch of points of unit variance. */
export function batch(model: MoE, size: number, salt: number = 0): Points {
  const inputs = points(size, model.spec.inputDim, salt);
  return { inputs, targets: targetsFor(model, inputs, size, salt), size };
}

/**
 * Targets that leave residuals as large as the terms that f(x) is summed from, so that no method is asked for more
 * digits than its precision holds.
 */
export function targetsFor(
  model: MoE,
  inputs: Inputs,
  size: number,
  salt: number = 0,
): Float64Array {
  const residuals = spread(size, 7 * salt + 5).map(awayFromZero);
  const targets = forward(model, inputs, size);
  axpy(magnitude(model, inputs, size), residuals, targets);
  return targets;
}

/** The largest Σ_i |a_i u_i(x)| among the points: what rounding errors of f(x) are relative to. */
export function magnitude(model: MoE, inputs: Inputs, size: number): number {
  const amplitude = model.params.amplitude.data;
  const terms = units(model, inputs, size).map((u, k) =>
    Math.abs(u * amplitude[k % amplitude.length]!),
  );
  const sums = Array.from({ length: size }, (_, s) =>
    terms.subarray(s * amplitude.length, (s + 1) * amplitude.length).reduce((a, b) => a + b),
  );
  return Math.max(...sums);
}

/** Maps [−√3, √3) to numbers of the same sign and of size 1/2 to 3/2. */
function awayFromZero(x: number): number {
  return (x < 0 ? -0.5 : 0.5) + x / Math.sqrt(3);
}
