import {
  activationOf,
  dot,
  gateOf,
  type IndependentSpec,
  type MoE,
  type Parity,
  param,
  requireInteger,
  requireModel,
  row,
  ShapeError,
  UnsupportedError,
  zeros,
} from '@softmoe/model';

/**
 * The spec of a valid model. Throws {@link UnsupportedError} for routing under which units do not add up independently, a
 * typed error for what is no model.
 */
export function requireIndependent(model: MoE): IndependentSpec {
  requireModel('model', model);
  const { spec } = model;
  if (spec.routing === 'independent') return spec;
  throw new UnsupportedError('is not supported by pruning', {
    field: 'spec.routing',
    value: spec.routing,
    remedy: "Use 'independent' routing: without a unit, softmax gates of all the others change.",
  });
}

/**
 * The model in which every group of units is one unit: its directions are the amplitude-weighted means
 * Σ_i a_i v_i/Σ_i a_i of the group, normalised, its amplitude Σ_i a_i, docs/theory.md (29). To first order in the
 * distances within a group the function stays the same; refit the amplitudes on the Gram data of the result.
 *
 * Before the mean, each unit is brought next to the first of its group by the model's symmetries, docs/theory.md (6). Where
 * the amplitudes of a group cancel and the mean has no use as a direction, the first unit's directions stay. Groups may
 * share units; a unit in no group is left out.
 *
 * Throws {@link ShapeError} for no groups or an empty one, ValueError for units out of range, {@link UnsupportedError}
 * for softmax routing.
 */
export function merge(model: MoE, groups: readonly (readonly number[])[]): MoE {
  const spec = requireIndependent(model);
  const { experts: m, inputDim: d } = spec;
  const parity: Parities = {
    router: gateOf(spec.gate).parity,
    expert: activationOf(spec.expert).parity,
  };
  if (!(groups?.length > 0) || groups.some((group) => !(group?.length > 0))) {
    throw new ShapeError('must hold at least one unit each, and there must be one group', {
      field: 'groups',
      value: groups,
      remedy: 'List the units that become one unit, for every unit of the merged model.',
    });
  }
  const router = zeros([groups.length, d]);
  const expert = zeros([groups.length, d]);
  const amplitude = zeros([groups.length]);
  groups.forEach((group, g) => {
    group.forEach((unit, index) => {
      requireInteger(`groups[${g}][${index}]`, unit, 0, m - 1);
    });
    const aligned = group.map((unit) => alignedUnit(model, unit, group[0]!, parity));
    const v = meanDirection(aligned, 'router');
    const w = meanDirection(aligned, 'expert');
    const [first] = aligned;
    row(router, g).set(v && w ? v : first!.router);
    row(expert, g).set(v && w ? w : first!.expert);
    amplitude.data[g] = totalAmplitude(aligned);
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

function alignedRow(
  model: MoE,
  name: 'router' | 'expert',
  unit: number,
  reference: number,
  parity: Parity,
): { row: Float64Array; sign: number } {
  const array = param(model.params, name);
  const original = row(array, unit);
  if (parity === 'none' || dot(original, row(array, reference)) >= 0) {
    return { row: original, sign: 1 };
  }
  return { row: original.map((x) => -x), sign: parity === 'odd' ? -1 : 1 };
}

/** The normalised mean, or nothing where cancelling amplitudes leave no mean of nearly equal unit vectors. */
function meanDirection(
  units: readonly Unit[],
  name: 'router' | 'expert',
): Float64Array | undefined {
  const [first] = units;
  if (units.length === 1) return first![name];
  const total = totalAmplitude(units);
  const mean = new Float64Array(first![name].length);
  for (const unit of units) {
    const weight = unit.amplitude / total;
    const source = unit[name];
    for (let j = 0; j < mean.length; j++) mean[j] = mean[j]! + weight * source[j]!;
  }
  const length = Math.sqrt(dot(mean, mean));
  return length > 0.5 && length < 2 ? mean.map((x) => x / length) : undefined;
}

function totalAmplitude(units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + unit.amplitude, 0);
}
