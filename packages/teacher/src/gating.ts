import type { Expert, ExpertSpec, Gate, GateSpec, MoESpec, Params } from '@softmoe/model';
import type { GatedRouting, GateName, SharedRouting } from '@softmoe/model/checks';
import { parameterLayout, zeros } from '@softmoe/model/linalg';

/** A gate for each unit, or gates that all units share: then `gate` has no meaning and may be left out. */
export type GatingOptions =
  | { readonly routing?: GatedRouting; readonly gate: GateName | GateSpec | Gate }
  | { readonly routing: SharedRouting; readonly gate?: GateName | GateSpec | Gate };

interface Size {
  readonly inputDim: number;
  readonly experts: number;
  readonly expert: ExpertSpec | Expert;
}

/** The spec that the options of a teacher or a student ask for. */
export function specOf(options: GatingOptions & Size): MoESpec {
  const { inputDim, experts, expert, gate, routing = 'independent' } = options;
  return { inputDim, experts, ...(gate === undefined ? {} : { gate }), expert, routing } as MoESpec;
}

/** Biases of 0 where routing has any: all gates are equal at the origin. */
export function initialBias(spec: MoESpec): Pick<Params, 'routerBias'> {
  const { routerBias } = parameterLayout(spec);
  return routerBias ? { routerBias: zeros(routerBias.shape) } : {};
}
