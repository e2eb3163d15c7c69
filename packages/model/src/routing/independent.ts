import { expertOf } from '../expert.ts';
import { evaluate } from '../function.ts';
import { gateOf, gateOfFreeRouters } from '../gate.ts';
import { writeScaledProducts } from '../linalg/matrix.ts';
import { normaliseRows } from '../linalg/normalise-rows.ts';
import { row, takeRows } from '../linalg/rows.ts';
import { product } from '../linalg/vectors.ts';
import { zeros } from '../ndarray.ts';
import { alignedRows, meanDirection, meanRow } from '../symmetries/aligned-row.ts';
import type { Routing } from './interface.ts';

/**
 * Every unit has a gate g(v_i·x) of its own, docs/theory.md (1); routers are unit vectors, or vectors of any length where the gate says
 * so.
 */
export const independent: Routing = {
  name: 'independent',
  ownGates: true,
  layout: ({ experts: m, inputDim: d, gate }) => ({
    router: {
      name: 'router',
      shape: [m, d],
      manifold: gateOfFreeRouters(gate) ? 'free' : 'sphere',
    },
  }),
  gates({ spec }, stride) {
    const g = gateOf(spec.gate);
    const gate = new Float64Array(spec.experts * stride);
    const gateSlope = new Float64Array(gate.length);
    return { gate, gateSlope, open: (logits) => evaluate(g, logits, gate, gateSlope) };
  },
  /** ∂f/∂z_i = a_i g′(z_i) h. */
  slopes(amplitude, { rows, stride, gateSlope, expert }, _outputs, weights, slopes) {
    writeScaledProducts(amplitude, gateSlope, expert, weights, rows, stride, slopes);
  },
  parity: ({ gate }) => gateOf(gate).parity,
  translations: [],
  directions: ({ spec, params: { router } }) =>
    gateOfFreeRouters(spec.gate) ? normaliseRows(router, 'params.router') : router,
  logShares: ({ amplitude }) => new Float64Array(amplitude.data.length),
  /**
   * Rows are the amplitude-weighted means Σ_i a_i v_i/Σ_i a_i of a group, normalised where they are on the sphere, its amplitude
   * Σ_i a_i; to first order in the distances within a group the function stays the same. Where the amplitudes of a group cancel
   * and the mean has no use, the first unit's rows stay.
   */
  merge(model, groups) {
    const { spec, params } = model;
    const merged = {
      router: zeros([groups.length, spec.inputDim]),
      expert: zeros([groups.length, spec.inputDim]),
      amplitude: zeros([groups.length]),
    };
    const meanRouter = gateOfFreeRouters(spec.gate) ? meanRow : meanDirection;
    groups.forEach((group, g) => {
      const routers = alignedRows(params.router, group, gateOf(spec.gate).parity);
      const experts = alignedRows(params.expert, group, expertOf(spec.expert).parity);
      const signs = product(routers.signs, experts.signs);
      const amplitudes = product(takeRows(params.amplitude, group).data, signs);
      const v = meanRouter(routers, amplitudes);
      const w = meanDirection(experts, amplitudes);
      row(merged.router, g).set(v && w ? v : routers.first);
      row(merged.expert, g).set(v && w ? w : experts.first);
      merged.amplitude.data[g] = amplitudes.reduce((sum, a) => sum + a, 0);
    });
    return { spec: { ...spec, experts: groups.length }, params: merged };
  },
};
