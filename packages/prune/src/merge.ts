import {
  activationOf,
  gateOf,
  type IndependentSpec,
  type MoE,
  type Parity,
  param,
  requireInteger,
  requireModel,
  row,
  ShapeError,
  zeros,
} from '@softmoe/model';
import { alignedRow, meanDirection } from './alignment.ts';
import { mergeShares } from './merge-shares.ts';

/**
 * The model in which every group of units is one unit, docs/theory.md (29). With independent routing its directions are
 * the amplitude-weighted means Σ_i a_i v_i/Σ_i a_i of the group, normalised, its amplitude Σ_i a_i; to first order in the
 * distances within a group the function stays the same. With softmax routing see {@link mergeShares}. Refit the
 * amplitudes on the Gram data of the result.
 *
 * Before the mean, each unit is brought next to the first of its group by the model's symmetries, docs/theory.md (6). Where
 * the amplitudes of a group cancel and the mean has no use as a direction, the first unit's directions stay. Groups may
 * share units; a unit in no group is left out.
 *
 * Throws {@link ShapeError} for no groups or an empty one, ValueError for units out of range.
 */
export function merge(model: MoE, groups: readonly (readonly number[])[]): MoE {
  requireModel('model', model);
  checkGroups(groups, model.spec.experts);
  const { spec } = model;
  return spec.routing === 'softmax'
    ? mergeShares(model, groups)
    : mergeAmplitudes(model, spec, groups);
}

function checkGroups(groups: readonly (readonly number[])[], m: number): void {
  if (!(groups?.length > 0) || groups.some((group) => !(group?.length > 0))) {
    throw new ShapeError('must hold at least one unit each, and there must be one group', {
      field: 'groups',
      value: groups,
      remedy: 'List the units that become one unit, for every unit of the merged model.',
    });
  }
  groups.forEach((group, g) => {
    group.forEach((unit, index) => {
      requireInteger(`groups[${g}][${index}]`, unit, 0, m - 1);
    });
  });
}

function mergeAmplitudes(
  model: MoE,
  spec: IndependentSpec,
  groups: readonly (readonly number[])[],
): MoE {
  const { inputDim: d } = spec;
  const parity: Parities = {
    router: gateOf(spec.gate).parity,
    expert: activationOf(spec.expert).parity,
  };
  const router = zeros([groups.length, d]);
  const expert = zeros([groups.length, d]);
  const amplitude = zeros([groups.length]);
  groups.forEach((group, g) => {
    const aligned = group.map((unit) => alignedUnit(model, unit, group[0]!, parity));
    const amplitudes = aligned.map((unit) => unit.amplitude);
    const mean = (name: 'router' | 'expert') =>
      meanDirection(
        aligned.map((unit) => unit[name]),
        amplitudes,
      );
    const v = mean('router');
    const w = mean('expert');
    const [first] = aligned;
    row(router, g).set(v && w ? v : first!.router);
    row(expert, g).set(v && w ? w : first!.expert);
    amplitude.data[g] = amplitudes.reduce((sum, a) => sum + a, 0);
  });
  return {
    spec: { ...spec, experts: groups.length },
    params: { router, expert, amplitude },
  };
}

type Parities = Readonly<Record<'router' | 'expert', Parity>>;

interface Unit {
  readonly router: Float64Array;
  readonly expert: Float64Array;
  readonly amplitude: number;
}

/** The unit of the same function, by (v, w, a) → (±v, ±w, ±a), that lies closest to `reference`. */
function alignedUnit(model: MoE, unit: number, reference: number, parity: Parities): Unit {
  const router = alignedRow(model, 'router', unit, reference, parity.router);
  const expert = alignedRow(model, 'expert', unit, reference, parity.expert);
  const amplitude = param(model.params, 'amplitude').data[unit]!;
  return {
    router: router.row,
    expert: expert.row,
    amplitude: amplitude * router.sign * expert.sign,
  };
}
