import { type ExpertSpec, type GateName, type MoESpec, type Params, zeros } from '@softmoe/model';

/** A gate for each unit, or gates that all units share: then `gate` has no meaning and may be left out. */
export type GatingOptions =
  | { readonly routing?: 'independent'; readonly gate: GateName }
  | { readonly routing: 'softmax'; readonly gate?: GateName };

interface Size {
  readonly inputDim: number;
  readonly experts: number;
  readonly expert: ExpertSpec;
}

/** The spec that the options of a teacher or a student ask for. */
export function specOf(options: GatingOptions & Size): MoESpec {
  const { inputDim, experts, expert } = options;
  if (options.routing !== 'softmax') {
    const { gate, routing = 'independent' } = options;
    return { inputDim, experts, gate, expert, routing };
  }
  const { gate, routing } = options;
  return { inputDim, experts, ...(gate === undefined ? {} : { gate }), expert, routing };
}

/** Zero biases where routing is softmax: all gates are equal at the origin. */
export function initialBias({ routing, experts }: MoESpec): Params {
  return routing === 'softmax' ? { routerBias: zeros([experts]) } : {};
}
