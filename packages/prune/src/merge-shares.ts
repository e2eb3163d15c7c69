import { activationOf, type MoE, param, row, zeros } from '@softmoe/model';
import { alignedRow, meanDirection } from './alignment.ts';

/**
 * {@link merge} under softmax routing, docs/theory.md (29): the units of a group pool their gates. With the shares
 * p_i = e^{b_i − b} at the origin, b = log Σ_i e^{b_i}, the merged unit has the bias b, the router Σ_i p_i v_i, the amplitude
 * a = Σ_i p_i a_i and the expert Σ_i p_i a_i w_i/a, normalised. Where gates and experts coincide the function stays the
 * same; with near ones of one amplitude it does to first order in their distances. A unit in no group is left out, and
 * all other gates take over its share. Groups must have been checked.
 */
export function mergeShares(model: MoE, groups: readonly (readonly number[])[]): MoE {
  const { spec, params } = model;
  const { parity } = activationOf(spec.expert);
  const bias = param(params, 'routerBias').data;
  const amplitude = param(params, 'amplitude').data;
  const merged = {
    router: zeros([groups.length, spec.inputDim]),
    expert: zeros([groups.length, spec.inputDim]),
    amplitude: zeros([groups.length]),
    routerBias: zeros([groups.length]),
  };
  groups.forEach((group, g) => {
    const experts = group.map((unit) => alignedRow(model, 'expert', unit, group[0]!, parity));
    const pooled = logSumExp(group.map((unit) => bias[unit]!));
    const shares = group.map((unit) => Math.exp(bias[unit]! - pooled));
    const weights = group.map((unit, i) => shares[i]! * amplitude[unit]! * experts[i]!.sign);
    const router = row(merged.router, g);
    group.forEach((unit, i) => {
      const v = row(param(params, 'router'), unit);
      for (let j = 0; j < router.length; j++) router[j] = router[j]! + shares[i]! * v[j]!;
    });
    const rows = experts.map((expert) => expert.row);
    row(merged.expert, g).set(meanDirection(rows, weights) ?? rows[0]!);
    merged.amplitude.data[g] = weights.reduce((sum, weight) => sum + weight, 0);
    merged.routerBias.data[g] = pooled;
  });
  return { spec: { ...spec, experts: groups.length }, params: merged };
}

function logSumExp(numbers: readonly number[]): number {
  const largest = Math.max(...numbers);
  return largest + Math.log(numbers.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}
