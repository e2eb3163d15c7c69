import { type ExpertSpec, type MoESpec, UnsupportedError } from '@softmoe/model';
import { type GateName, isOwnGate, namedGate } from '@softmoe/model/checks';

/** A spec that the fused kernels can be asked for: gate and expert are names. */
export type NamedSpec = MoESpec & {
  readonly gate?: GateName;
  readonly expert: ExpertSpec;
};

/**
 * `spec` as the fused kernels take it, with its gate alone: its routers are to be given at their length, `fixedNorm`. Throws
 * {@link UnsupportedError} for a gate or an expert of the user's own: the kernels are compiled, and have those that are built in.
 */
export function namedSpec(spec: MoESpec): NamedSpec {
  requireBuiltIn(spec, {
    field: 'spec',
    problem: 'is an object, and the fused kernels have only what is built in by its name',
    remedy:
      "Use the float64 reference, or createTfjsBackend('wasm', { kernels: 'composed' }) where it brings tensor(z).",
  });
  if (isNamed(spec)) return spec;
  const gate = plainGate(spec);
  return { ...spec, gate: typeof gate === 'object' ? gate.name : gate } as NamedSpec;
}

/** Throws {@link UnsupportedError} for a gate or an expert of the user's own in what errors call `field`. */
export function requireBuiltIn(
  { gate, expert }: MoESpec,
  { field, problem, remedy }: Readonly<Record<'field' | 'problem' | 'remedy', string>>,
): void {
  const own = isOwnGate(gate) ? { gate } : 'value' in expert ? { expert } : {};
  for (const [part, { name: value }] of Object.entries(own)) {
    throw new UnsupportedError(problem, { field: `${field}.${part}`, value, remedy });
  }
}

/** Whether gate and expert are names. */
export function isNamed(spec: MoESpec): spec is NamedSpec {
  return typeof spec.gate !== 'object' && !('value' in spec.expert);
}

/** The gate of a spec by its name, also where it is the object that `gateOf` has for that. */
function plainGate({ gate }: MoESpec): MoESpec['gate'] {
  return gate === undefined ? gate : namedGate(gate);
}
