import { type MoE, ShapeError } from '@softmoe/model';
import { requireInteger, requireModel, routingOf } from '@softmoe/model/checks';

/**
 * The model in which every group of units is one unit, docs/theory.md (29). Where every unit has its own gate, directions
 * are the amplitude-weighted means Σ_i a_i v_i/Σ_i a_i of the group, normalised, its amplitude Σ_i a_i; to first order in
 * the distances within a group the function stays the same. Where units share their gates, those of a group are pooled,
 * and routers are the means by share. Refit the amplitudes on the Gram data of the result.
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
  return routingOf(model.spec.routing).merge(model, groups);
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
