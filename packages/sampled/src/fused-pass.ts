import type { MoE, MoESpec, Points } from '@softmoe/model';
import { expertOf, gateOf, gateSpecOf, hasOwnGates } from '@softmoe/model/checks';
import { asParams, dot } from '@softmoe/model/linalg';
import type { Kernels } from './plain-kernels.ts';
import { BLOCK, GROUP, KEPT, type Pass, type SlopeGroup } from './slopes.ts';

/** The pass over a sample at a model, by kernels that have one for its units; undefined where they have none. */
export type FusedPass = (model: MoE, kernels: Kernels, spare?: SlopeGroup) => Pass | undefined;

/**
 * Loss, gradient and slopes of docs/theory.md (38) and (70) on a fixed sample, at models of sigmoid gates of their own and GELU experts, the
 * same bits as `passOver`. `coordinates` are those of `coordinateBlocks`. A group of slopes that nobody needs any more, `spare`, may be
 * written over.
 */
export function fusedPassOn({ targets, size }: Points, coordinates: Float64Array): FusedPass {
  return (model, kernels, spare) => {
    const { spec, params } = model;
    const { experts: m, inputDim: d } = spec;
    if (!kernels.pass || !isSigmoidOfGelu(spec) || 3 * m * (size + BLOCK) > KEPT) return undefined;
    const rows = new Float64Array(2 * m * d);
    rows.set(params.router.data);
    rows.set(params.expert.data, m * d);
    const residuals = new Float64Array(size);
    const sums = new Float64Array(2 * m * d + m);
    const groups: SlopeGroup[] = [];
    const blocks = Math.ceil(size / BLOCK);
    for (let first = 0; first < blocks; first += GROUP) {
      const count = Math.min(GROUP, blocks - first);
      const [from, to] = [first * BLOCK, Math.min(size, (first + count) * BLOCK)];
      const length = count * 3 * m * BLOCK;
      const slopes =
        first === 0 && spare?.slopes.length === length ? spare.slopes : new Float64Array(length);
      const near = kernels.pass({
        points: BLOCK,
        size: to - from,
        rows,
        amplitude: params.amplitude.data,
        coordinates: coordinates.subarray(from * (d + 1), (first + count) * BLOCK * (d + 1)),
        targets: targets.subarray(from, to),
        divisor: size,
        sums,
        residuals: residuals.subarray(from, to),
        slopes,
      });
      if (!near) return undefined;
      groups.push({ first, blocks: count, slopes });
    }
    return {
      loss: (0.5 * dot(residuals, residuals)) / size,
      gradient: asParams(spec, sums),
      residuals,
      groups,
    };
  };
}

const sigmoid = gateOf('sigmoid');
const gelu = expertOf({ kind: 'gelu' });

function isSigmoidOfGelu({ routing, gate, expert }: MoESpec): boolean {
  if (!hasOwnGates(routing) || gate === undefined || expertOf(expert) !== gelu) return false;
  const named = gateSpecOf(gate);
  return named?.norm === 'free' ? named.name === sigmoid.name : gateOf(gate) === sigmoid;
}
