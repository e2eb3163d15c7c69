import { expertOf } from '../expert.ts';
import { evaluate } from '../function.ts';
import { gateOf } from '../gate.ts';
import { writeScaledProducts } from '../linalg/matrix.ts';
import { row, takeRows } from '../linalg/rows.ts';
import { product } from '../linalg/vectors.ts';
import { zeros } from '../ndarray.ts';
import { alignedRows, meanDirection } from '../symmetries/aligned-row.ts';
import type { Routing } from './interface.ts';

/** Every unit has a gate g(v_i·x) of its own, docs/theory.md (1); routers are unit vectors. */
export const independent: Routing = {
  name: 'independent',
  ownGates: true,
  layout: (m, d) => ({ router: { name: 'router', shape: [m, d], manifold: 'sphere' } }),
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
  directions: ({ router }) => router,
  logShares: ({ amplitude }) => new Float64Array(amplitude.data.length),
  /**
   * Directions are the amplitude-weighted means Σ_i a_i v_i/Σ_i a_i of a group, normalised, its amplitude Σ_i a_i; to first
   * order in the distances within a group the function stays the same. Where the amplitudes of a group cancel and the
   * mean has no use as a direction, the first unit's directions stay.
   */
  merge(model, groups) {
    const { spec, params } = model;
    const merged = {
      router: zeros([groups.length, spec.inputDim]),
      expert: zeros([groups.length, spec.inputDim]),
      amplitude: zeros([groups.length]),
    };
    groups.forEach((group, g) => {
      const routers = alignedRows(params.router, group, gateOf(spec.gate).parity);
      const experts = alignedRows(params.expert, group, expertOf(spec.expert).parity);
      const signs = product(routers.signs, experts.signs);
      const amplitudes = product(takeRows(params.amplitude, group).data, signs);
      const v = meanDirection(routers, amplitudes);
      const w = meanDirection(experts, amplitudes);
      row(merged.router, g).set(v && w ? v : routers.first);
      row(merged.expert, g).set(v && w ? w : experts.first);
      merged.amplitude.data[g] = amplitudes.reduce((sum, a) => sum + a, 0);
    });
    return { spec: { ...spec, experts: groups.length }, params: merged };
  },
};
