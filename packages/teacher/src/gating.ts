import {
  type ExpertSpec,
  type GatedRouting,
  type GateName,
  type MoESpec,
  type Params,
  parameterLayout,
  type SharedRouting,
  zeros,
} from '@softmoe/model';

/** A gate for each unit, or gates that all units share: then `gate` has no meaning and may be left out. */
export type GatingOptions =
  | { readonly routing?: GatedRouting; readonly gate: GateName }
  | { readonly routing: SharedRouting; readonly gate?: GateName };

interface Size {
  readonly inputDim: number;
  readonly experts: number;
  readonly expert: ExpertSpec;
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
