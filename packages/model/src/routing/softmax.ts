import { expertOf } from '../expert.ts';
import { exp, ln } from '../linalg/elementary.ts';
import { norm, rescaleAt } from '../linalg/norm.ts';
import { row, takeRows } from '../linalg/rows.ts';
import { at, combination, difference, product } from '../linalg/vectors.ts';
import { type NDArray, zeros } from '../ndarray.ts';
import { alignedRows, meanDirection } from '../symmetries/aligned-row.ts';
import type { Routing } from './interface.ts';

/** A router row closer to the mean than this, relative to the longest row, differs from it by rounding only. */
const SAME = 1e-12;

/** Units share their gates, π = softmax(Vx + b), docs/theory.md (5): router rows are free, and each has a bias. */
export const softmax: Routing = {
  name: 'softmax',
  ownGates: false,
  layout: ({ experts: m, inputDim: d }) => ({
    router: { name: 'router', shape: [m, d], manifold: 'free' },
    routerBias: { name: 'routerBias', shape: [m], manifold: 'free' },
  }),
  /** The gate stands for its slope too: π_i is the slope of its own logit but for a factor that {@link slopes} knows. */
  gates({ spec, params }, stride) {
    const bias = params.routerBias!.data;
    const gate = new Float64Array(spec.experts * stride);
    return { gate, gateSlope: gate, open: (logits) => writeGates(logits, bias, stride, gate) };
  },
  /** Gates sum to 1, so each logit moves all of them: ∂f/∂z_i = π_i (a_i h − f), docs/theory.md (5). */
  slopes(amplitude, { rows, stride, gate, expert }, outputs, weights, slopes) {
    for (const [i, a] of amplitude.entries()) {
      for (let s = 0; s < rows; s++) {
        const k = i * stride + s;
        slopes[k] = at(weights, s) * at(gate, k) * (a * at(expert, k) - at(outputs, s));
      }
    }
  },
  parity: () => 'none',
  translations: ['router', 'routerBias'],
  /**
   * Only differences of router rows mean anything, docs/theory.md (6). The direction of unit i is that of ∇log π_i(x) at
   * x = 0, which is v_i − Σ_l π_l(0) v_l with π(0) = softmax(b): a property of the function, so neither translations nor
   * duplicates that share a gate nor dead units (b → −∞) change it. Zero for a row equal to the mean, such as that of a
   * single unit.
   */
  directions({ params: { router, routerBias } }) {
    const [m = 0, d = 0] = router.shape;
    const rows = Array.from({ length: m }, (_, i) => row(router, i));
    const mean = combination(sharesAtOrigin(routerBias!), rows, d);
    const longest = Math.max(0, ...rows.map((v) => norm(v)));
    const directions = zeros([m, d]);
    for (const [i, v] of rows.entries()) {
      const fromMean = difference(v, mean);
      if (!(norm(fromMean) > SAME * longest)) continue;
      const length = rescaleAt(fromMean, 0, d);
      row(directions, i).set(fromMean.map((x) => x / length));
    }
    return directions;
  },
  logShares: ({ routerBias }) => routerBias!.data,
  /**
   * The units of a group pool their gates. With the shares p_i = e^{b_i − b} at the origin, b = log Σ_i e^{b_i}, the merged
   * unit has the bias b, the router Σ_i p_i v_i, the amplitude a = Σ_i p_i a_i and the expert Σ_i p_i a_i w_i/a,
   * normalised. Where gates and experts coincide the function stays the same; with near ones of one amplitude it does to
   * first order in their distances. A unit in no group is left out, and all other gates take over its share.
   */
  merge({ spec, params }, groups) {
    const { parity } = expertOf(spec.expert);
    const merged = {
      router: zeros([groups.length, spec.inputDim]),
      expert: zeros([groups.length, spec.inputDim]),
      amplitude: zeros([groups.length]),
      routerBias: zeros([groups.length]),
    };
    groups.forEach((group, g) => {
      const experts = alignedRows(params.expert, group, parity);
      const biases = takeRows(params.routerBias!, group).data;
      const pooled = logSumExp(biases);
      const shares = biases.map((b) => exp(b - pooled));
      const amplitudes = product(takeRows(params.amplitude, group).data, experts.signs);
      const weights = product(shares, amplitudes);
      const routers = group.map((unit) => row(params.router, unit));
      row(merged.router, g).set(combination(shares, routers, spec.inputDim));
      row(merged.expert, g).set(meanDirection(experts, weights) ?? experts.first);
      merged.amplitude.data[g] = weights.reduce((sum, weight) => sum + weight, 0);
      merged.routerBias.data[g] = pooled;
    });
    return { spec: { ...spec, experts: groups.length }, params: merged };
  },
};

/**
 * π = softmax(z + b) at every point: logits z and gates π are [m, stride], unit after unit, `bias` is [m]. The largest
 * logit of a point is subtracted first, so that no exponential overflows.
 */
function writeGates(
  logits: Float64Array,
  bias: Float64Array,
  stride: number,
  gate: Float64Array,
): void {
  const largest = new Float64Array(stride).fill(-Infinity);
  const total = new Float64Array(stride);
  for (const [i, b] of bias.entries()) {
    const start = i * stride;
    for (let s = 0; s < stride; s++) {
      const z = at(logits, start + s) + b;
      gate[start + s] = z;
      if (z > at(largest, s)) largest[s] = z;
    }
  }
  for (let start = 0; start < gate.length; start += stride) {
    for (let s = 0; s < stride; s++) {
      const e = exp(at(gate, start + s) - at(largest, s));
      gate[start + s] = e;
      total[s] = at(total, s) + e;
    }
  }
  for (let start = 0; start < gate.length; start += stride) {
    for (let s = 0; s < stride; s++) gate[start + s] = at(gate, start + s) / at(total, s);
  }
}

/** softmax(b), which is π(0). */
function sharesAtOrigin({ data: bias }: NDArray): Float64Array {
  const highest = bias.reduce((a, b) => Math.max(a, b));
  const weights = bias.map((b) => exp(b - highest));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

function logSumExp(numbers: Float64Array): number {
  const largest = Math.max(...numbers);
  return largest + ln(numbers.reduce((sum, x) => sum + exp(x - largest), 0));
}
