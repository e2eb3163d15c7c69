import { type ExpertSpec, type MoESpec, UnsupportedError } from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';

/** A spec that the fused kernels can be asked for: gate and expert are names. */
export type NamedSpec = MoESpec & {
  readonly gate?: GateName;
  readonly expert: ExpertSpec;
};

/**
 * `spec` as the fused kernels take it. Throws {@link UnsupportedError} for a gate or an expert of the user's own: the kernels are
 * compiled, and have those that are built in.
 */
export function namedSpec(spec: MoESpec): NamedSpec {
  requireNamed(spec, {
    field: 'spec',
    problem: 'is an object, and the fused kernels have only what is built in by its name',
    remedy:
      "Use the float64 reference, or createTfjsBackend('wasm', { kernels: 'composed' }) where it brings tensor(z).",
  });
  return spec;
}

/** Throws {@link UnsupportedError} for a gate or an expert of the user's own in what errors call `field`. */
export function requireNamed(
  spec: MoESpec,
  { field, problem, remedy }: Readonly<Record<'field' | 'problem' | 'remedy', string>>,
): asserts spec is NamedSpec {
  if (isNamed(spec)) return;
  const { gate, expert } = spec;
  const [part, own] = typeof gate === 'object' ? ['gate', gate] : ['expert', expert];
  const value = Object(own).name;
  throw new UnsupportedError(problem, { field: `${field}.${part}`, value, remedy });
}

/** Whether gate and expert are names. */
export function isNamed(spec: MoESpec): spec is NamedSpec {
  return typeof spec.gate !== 'object' && !('value' in spec.expert);
}
