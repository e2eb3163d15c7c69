import type { Expert, ExpertSpec, Gate, GateSpec, MoESpec, OwnParts } from '@softmoe/model';
import {
  expertOf,
  type GateName,
  gateOf,
  hasOwnGates,
  isBuiltInExpert,
  isOwnGate,
  namedExpert,
  namedGate,
} from '@softmoe/model/checks';
import {
  closedFormOf,
  expectationError,
  hasClosedForm as hasExpectations,
} from '@softmoe/population';
import {
  type Config,
  type ConfigInput,
  configSchema,
  type OwnExpert,
  type OwnPart,
} from './config-schema.ts';
import { ConfigError } from './errors.ts';

/** A config whose gate and expert may be objects, as code has them. */
export type CodeConfig = Omit<ConfigInput, 'gate' | 'expert'> & {
  readonly gate?: ConfigInput['gate'] | Gate;
  readonly expert?: ConfigInput['expert'] | ExpertSpec | Expert;
};

/** The gate and the expert of the user's own among the parts of a model. */
export function ownPartsIn({ gate, expert }: Partial<Pick<MoESpec, 'gate' | 'expert'>>): OwnParts {
  return {
    ...(isOwnGate(gate) ? { gate } : {}),
    ...(expert && 'value' in expert && !isBuiltInExpert(expert) ? { expert } : {}),
  };
}

/**
 * `input` with what it must know of a gate and an expert of the user's own, `own` or in its place in `input`, to be plain data: their
 * names, their parity, and whether they have exact expectations; and the two. Throws {@link ConfigError} where `input` says
 * otherwise, and a typed error for what is no gate or expert.
 */
export function configWithParts(
  input: CodeConfig,
  own: OwnParts = {},
): { readonly config: ConfigInput; readonly own: OwnParts } {
  const { gate, expert } = input;
  const inPlace = ownPartsIn({
    ...(isFunction(gate) ? { gate: gateOf(gate) } : {}),
    ...(isFunction(expert) ? { expert: expertOf(expert) } : {}),
  });
  const found = { ...inPlace, ...own };
  const factsOf = (part: Gate) => gateFacts(part, found.expert ?? expertIn(expert));
  const config = {
    ...input,
    ...(isFunction(gate) ? { gate: namedGate(gate) } : {}),
    ...(isFunction(expert) ? { expert: namedExpert(expert) } : {}),
    ...(found.gate ? { gate: described('gate', gate, gateOf(found.gate), factsOf) } : {}),
    ...(found.expert
      ? { expert: described('expert', expert, expertOf(found.expert), expertFacts) }
      : {}),
  };
  return { config: config as ConfigInput, own: found };
}

function isFunction(part: unknown): part is Gate & Expert {
  return typeof Object(part).value === 'function';
}

function described<Part extends Gate | Expert>(
  field: string,
  said: unknown,
  part: Part,
  factsOf: (part: Part) => object,
): object {
  if (said === undefined || said === part) return factsOf(part);
  const { name, module }: Partial<OwnPart> = Object(said);
  const isOwn = name === part.name || (name === undefined && module !== undefined);
  if (!isOwn) {
    throw new ConfigError(`is said to be another one than that given, ${part.name}`, {
      field,
      value: said,
      remedy: `Leave it out, or give the ${field} that the config names.`,
    });
  }
  return { ...moduleIn(said), ...factsOf(part) };
}

/** The module, with its digest, that a config has for a part. */
export function moduleIn(said: unknown): Pick<OwnPart, 'module' | 'sha256'> {
  const { module, sha256 }: Partial<OwnPart> = Object(said);
  return {
    ...(module === undefined ? {} : { module }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

const cubic = { kind: 'hermite', degree: 3 } as const;

/** The expert that a config names, the default one where it names none or none that is known yet. */
function expertIn(written: unknown): ExpertSpec {
  const { data } = configSchema.shape.expert.safeParse(written);
  const expert = data as Config['expert'] | undefined;
  return expert?.kind === undefined || expert.kind === 'own' ? cubic : expert;
}

/** What a config says of a gate of the user's own beside that expert, or beside the default one where that has no exact expectations. */
function gateFacts(gate: Gate, expert: MoESpec['expert']) {
  const beside = { routing: 'independent', expert } as const;
  const spec = { ...(hasExpectations(beside) ? beside : { ...beside, expert: cubic }), gate };
  const exact = hasExpectations(spec);
  const error = exact ? Number(expectationError(spec).toPrecision(1)) : undefined;
  return { name: gate.name, parity: gate.parity, exact, ...(error === undefined ? {} : { error }) };
}

/** What a config says of an expert of the user's own; its coefficients where it has exact expectations. */
function expertFacts(expert: Expert) {
  const { name, parity } = expert;
  const spec = { routing: 'independent', gate: 'sigmoid', expert } as const;
  const facts = { kind: 'own' as const, name, parity };
  return hasExpectations(spec)
    ? { ...facts, coefficients: [...closedFormOf(spec).coefficients] }
    : facts;
}

type Units = Pick<Config, 'routing' | 'gate' | 'routerNorm' | 'teacherRouterNorm' | 'expert'>;

/**
 * Routing, gate and expert of a config with stand-ins for those of the user's own: of the same parity and, of an expert, the same
 * coefficients. For what depends on these alone and must be known without the code.
 */
export function standIns({ routing, gate, routerNorm, expert }: Units): Pick<
  MoESpec,
  'routing' | 'expert'
> & {
  readonly gate: NonNullable<MoESpec['gate']>;
} {
  return {
    routing,
    gate: typeof gate === 'string' ? atNorm(gate, routerNorm) : gates[gate.parity],
    expert: expert.kind === 'own' ? expertLike(expert) : expert,
  };
}

const gates = {
  odd: 'tanh',
  none: 'sigmoid',
  even: { name: 'square', parity: 'even', value: (z) => z * z, derivative: (z) => 2 * z },
} as const satisfies Record<string, MoESpec['gate']>;

const experts = {
  odd: { kind: 'tanh' },
  none: { kind: 'relu' },
  even: { name: 'distance', parity: 'even', value: Math.abs, derivative: Math.sign },
} as const satisfies Record<string, MoESpec['expert']>;

function expertLike({ parity, coefficients }: OwnExpert): ExpertSpec | Expert {
  return coefficients ? { kind: 'series', coefficients } : experts[parity];
}

/** Whether the expectations of docs/theory.md (7) exist for the units of a config. */
export function hasClosedForm({
  routing,
  gate = 'sigmoid',
  routerNorm,
  teacherRouterNorm,
  expert,
}: Omit<Units, 'gate'> & Partial<Pick<Units, 'gate'>>): boolean {
  if (typeof gate === 'object' && !gate.exact) return false;
  if (expert.kind === 'own' && expert.coefficients === undefined) return false;
  // Routers of a drawn teacher are as sharp as gates of that norm.
  const norm = routerNorm === 'free' ? teacherRouterNorm : routerNorm;
  return hasExpectations({
    routing,
    expert: expert.kind === 'own' ? expertLike(expert) : expert,
    ...(typeof gate === 'string' && norm !== undefined ? { gate: atNorm(gate, norm) } : {}),
  });
}

/**
 * Routing, gate and expert of a config as models have them, with those of the user's `own` in the places of their names. Throws
 * {@link ConfigError} where one is not given.
 */
export function unitsOf({ routing, gate, routerNorm, expert }: Units, own: OwnParts): UnitParts {
  return {
    routing,
    ...(hasOwnGates(routing)
      ? {
          gate: typeof gate === 'string' ? atNorm(gate, routerNorm) : given('gate', gate, own.gate),
        }
      : {}),
    expert: expert.kind === 'own' ? given('expert', expert, own.expert) : expert,
  };
}

/**
 * The gate of a model's spec as a config has it, by its name and the length of the routers; nothing of one of the user's own, nor where
 * units share their gates.
 */
export function gateFields({ routing, gate }: MoESpec): Pick<ConfigInput, 'gate' | 'routerNorm'> {
  if (!hasOwnGates(routing) || gate === undefined) return {};
  const named = namedGate(gate);
  if (typeof named === 'string') return { gate: named, routerNorm: 1 };
  return 'norm' in named ? { gate: named.name, routerNorm: named.norm } : {};
}

/** A gate that is built in, as a spec has it. */
function atNorm(name: GateName, norm: Config['routerNorm']): GateName | GateSpec {
  return norm === undefined || norm === 1 ? name : { name, norm };
}

/** Routing, gate and expert as a spec has them. */
export interface UnitParts {
  readonly routing: MoESpec['routing'];
  readonly gate?: NonNullable<MoESpec['gate']>;
  readonly expert: MoESpec['expert'];
}

function given<Part extends Gate | Expert>(
  field: string,
  { name, module }: OwnPart,
  part: Part | undefined,
): Part {
  if (part?.name === name) return part;
  const problem = part
    ? `is ${name}, and the one given is ${part.name}`
    : `is ${name}, of the user's own, and must be given beside the config, which only names it`;
  throw new ConfigError(problem, {
    field,
    value: module ?? name,
    remedy: `Give it: createExperiment(config, { ${field} }).`,
  });
}

/** Whether units are of the same routing, gate and expert; those of the user's own are the same only as one object. */
export function sameUnits(one: UnitParts, other: UnitParts): boolean {
  if (one.routing !== other.routing || textOf(one.expert) !== textOf(other.expert)) return false;
  const experts = [one.expert, other.expert].map((expert) => ownPartsIn({ expert }).expert);
  if (experts[0] !== experts[1]) return false;
  return !hasOwnGates(one.routing) || gateOf(one.gate) === gateOf(other.gate);
}

/** A spec of an expert as text that does not depend on the order of its fields. */
function textOf({ kind, ...constants }: Partial<ExpertSpec>): string {
  return JSON.stringify([kind, constants]);
}

/** The name of the gate of a config, such as `tanh` or `tanh(3z)`, one of the user's own included. */
export function gateName({ gate, routerNorm }: Pick<Config, 'gate' | 'routerNorm'>): string {
  return typeof gate === 'string' ? gateOf(atNorm(gate, routerNorm)).name : gate.name;
}

/** Whether the gates of a config have a mean: of an odd one c_0 = 0, so that experts have no head start, docs/theory.md (22). */
export function hasMean({ gate }: Pick<Config, 'gate'>): boolean {
  return typeof gate === 'string' ? gate !== 'tanh' : gate.parity !== 'odd';
}
