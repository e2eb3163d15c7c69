import { gateNames, hasOwnGates, together } from '@softmoe/model/checks';
import type { Config, OwnTeacher, PartialConfig } from './config-schema.ts';
import { ConfigError } from './errors.ts';
import { gateName, hasClosedForm } from './own-parts.ts';

/**
 * `given` with the defaults that depend on its other fields. Where there is a closed form the engine is exact and the
 * balanced flow is followed. Elsewhere Adam descends on fresh samples in span coordinates, docs/theory.md (37). Where
 * units share their gates they compete from the start, so that small amplitudes have no part to play.
 */
export function completeConfig({ teacher: own, $schema: _, ...input }: PartialConfig): Config {
  const given = {
    ...input,
    gate: requireLoadedGate(input.gate),
    expert: requireLoadedExpert(input.expert),
  };
  const ownGates = hasOwnGates(given.routing);
  const closedForm = hasClosedForm(given);
  const engine = given.engine ?? (closedForm ? 'exact' : 'subspace');
  const flowMethod = engine === 'exact' ? 'dormandPrince' : 'euler';
  const method = given.train.method ?? (closedForm ? flowMethod : 'adam');
  const adam = method === 'adam';
  return {
    ...given,
    ...(own ? { teacher: requireRead(own) } : {}),
    engine,
    initialAmplitude: given.initialAmplitude ?? (ownGates ? 1e-3 : 0.5),
    train: {
      ...given.train,
      method,
      flow: given.train.flow ?? (adam || !ownGates ? 'plain' : 'balanced'),
      step: given.train.step ?? (adam ? 0.01 : 0.1),
      time: given.train.time ?? (adam ? 60 : 150),
      batchSize: given.train.batchSize ?? (engine === 'subspace' ? 4096 : 8192),
      recordEvery: given.train.recordEvery ?? (adam ? 0.1 : 0.5),
    },
  };
}

/** A gate of a config; one of the user's own says nothing of itself before its module is loaded. */
export function requireLoadedGate(gate: PartialConfig['gate']): Config['gate'] {
  if (typeof gate === 'string') return gate;
  const { name, parity, exact, ...module } = gate;
  if (name === undefined || parity === undefined || exact === undefined) {
    throw notLoaded('gate', gate.module);
  }
  return { ...module, name, parity, exact };
}

/** An expert of a config; one of the user's own says nothing of itself before its module is loaded. */
export function requireLoadedExpert(expert: PartialConfig['expert']): Config['expert'] {
  if (!isOwn(expert)) return expert;
  const { kind: _, name, parity, ...rest } = expert;
  if (name === undefined || parity === undefined) throw notLoaded('expert', expert.module);
  return { kind: 'own', ...rest, name, parity };
}

type WrittenOwn = Extract<PartialConfig['expert'], { kind?: 'own' | undefined }>;

function isOwn(expert: PartialConfig['expert']): expert is WrittenOwn {
  return expert.kind === undefined || expert.kind === 'own';
}

function notLoaded(field: string, value: string | undefined): ConfigError {
  return new ConfigError('names a module that has not been loaded', {
    field,
    value,
    remedy:
      'Load it, and give what it exports: createExperiment(config, { gate, expert }). softmoe run does both, and loadSweep for a sweep.',
  });
}

/** A teacher of the user's own says nothing of itself before its file is read. */
function requireRead(own: NonNullable<PartialConfig['teacher']>): OwnTeacher {
  const { sha256, amplitudes } = own;
  if (sha256 !== undefined && amplitudes !== undefined) return { ...own, sha256, amplitudes };
  throw new ConfigError('names a teacher that has not been read', {
    field: 'teacher',
    value: own.file,
    remedy:
      'Read it, and give it: createExperiment(config, { teacher }). softmoe run does both, and loadSweep for a sweep.',
  });
}

/** Throws {@link ConfigError} for fields that are right one by one but not together. */
export function checkConfig(config: Config): void {
  const mistake = together([...mistakesIn(config)]);
  if (mistake) throw mistake;
}

function* mistakesIn(config: Config): Generator<ConfigError> {
  const { engine, routing, train, geometry, teacher, teachers } = config;
  if ((geometry.kind === 'given') !== (teacher !== undefined)) {
    yield new ConfigError(
      teacher
        ? 'says how to draw a teacher, and one is given'
        : 'is that of a teacher of your own, and none is given',
      {
        field: 'geometry',
        value: geometry,
        remedy: teacher
          ? 'Leave it out.'
          : 'Use orthonormal, random-unit or correlated, or give a teacher.',
      },
    );
  }
  if (teacher && teacher.amplitudes.length !== teachers) {
    yield new ConfigError(`must be the ${teacher.amplitudes.length} of the teacher given`, {
      field: 'teachers',
      value: teachers,
      remedy: 'Leave it out, or give another teacher.',
    });
  }
  yield* routerNormMistakes(config);
  yield* freeNormMistakes(config);
  if (engine === 'exact' && !hasClosedForm(config)) {
    const cause = causeOf(config);
    yield new ConfigError(`needs a closed form, and there is none with ${cause}`, {
      field: 'engine',
      value: engine,
      remedy:
        "Use engine 'subspace', which samples the population loss in span coordinates, or 'online'.",
    });
  }
  if (train.spectrum && !hasClosedForm(config)) {
    yield new ConfigError('needs the exact Hessian, and there is no closed form', {
      field: 'train.spectrum',
      value: train.spectrum,
      remedy: 'Leave it out, or use independent gates and Hermite experts.',
    });
  }
  if (engine !== 'exact' && train.method !== 'euler' && train.method !== 'adam') {
    yield new ConfigError('is an adaptive method, which needs exact gradients', {
      field: 'train.method',
      value: train.method,
      remedy: `Use 'euler' or 'adam' with engine '${engine}', or engine 'exact'.`,
    });
  }
  if (train.flow === 'balanced' && !hasOwnGates(routing)) {
    yield new ConfigError(`is not defined for ${routing} routing`, {
      field: 'train.flow',
      value: train.flow,
      remedy: "Use flow 'plain', or routing 'independent'.",
    });
  }
  if (train.flow === 'balanced' && train.method === 'adam') {
    yield new ConfigError('is not what adam follows: it scales the plain gradient itself', {
      field: 'train.flow',
      value: train.flow,
      remedy: "Use flow 'plain' with method 'adam', or method 'euler'.",
    });
  }
  if (engine === 'exact' && train.noise > 0) {
    yield new ConfigError('has no effect on the exact engine', {
      field: 'train.noise',
      value: train.noise,
      remedy: "Use engine 'subspace' or 'online', or leave the noise out.",
    });
  }
  if (engine !== 'online' && train.sampling !== 'inputs') {
    const drawn = engine === 'exact' ? 'draws nothing' : 'draws in the span, without its outside';
    yield new ConfigError(`is a way to draw the batches of SGD, and engine '${engine}' ${drawn}`, {
      field: 'train.sampling',
      value: train.sampling,
      remedy: "Use engine 'online', or sampling 'inputs'.",
    });
  }
  yield* pruneSizeMistakes(config);
}

/** No student has more units after pruning than before. */
export function* pruneSizeMistakes({
  prune,
  students,
}: {
  readonly prune: { readonly rule: string; readonly size?: number };
  readonly students: number;
}): Generator<ConfigError> {
  if (prune.size === undefined || prune.size <= students) return;
  yield new ConfigError(`is more than the ${students} students`, {
    field: 'prune.size',
    value: prune.size,
    remedy: `Use a size from 1 to ${students}.`,
  });
}

/** A length of routers has no meaning where they are not unit vectors, and none for a gate that is code. */
export function* routerNormMistakes({
  routing,
  gate,
  routerNorm,
}: Pick<Config, 'routing' | 'gate' | 'routerNorm'>): Generator<ConfigError> {
  if (routerNorm !== undefined && !(hasOwnGates(routing) && typeof gate === 'string')) {
    const shared = !hasOwnGates(routing);
    yield new ConfigError(
      shared
        ? `has no meaning: ${routing} routing learns how long its routers are`
        : 'is for gates that are built in',
      {
        field: 'routerNorm',
        value: routerNorm,
        remedy: shared
          ? 'Leave it out.'
          : routerNorm === 'free'
            ? `Leave it out, or use one of ${gateNames.join(', ')}.`
            : 'Leave it out, and multiply z by it in value and derivative of your own gate.',
      },
    );
  }
}

/** The length of a teacher's routers is for those that have lengths of their own, and are drawn. */
function* freeNormMistakes(config: Config): Generator<ConfigError> {
  const { routerNorm, teacherRouterNorm, teacher } = config;
  if (teacherRouterNorm !== undefined && (routerNorm !== 'free' || teacher)) {
    yield new ConfigError(
      teacher
        ? 'says how to draw a teacher, and one is given'
        : 'is for routers that have lengths of their own',
      {
        field: 'teacherRouterNorm',
        value: teacherRouterNorm,
        remedy: teacher ? 'Leave it out.' : "Add routerNorm: 'free', or leave it out.",
      },
    );
  }
}

/** What of the units of a config has no closed form. */
function causeOf(config: Config): string {
  const { routing, gate, expert } = config;
  if (!hasOwnGates(routing)) return `${routing} routing`;
  if (typeof gate === 'object' && !gate.exact)
    return `the gate ${gate.name}, which is not smooth enough`;
  if (hasClosedForm({ routing, expert })) return `the gate ${gateName(config)}, which is too sharp`;
  return expert.kind === 'own'
    ? `the expert ${expert.name}, whose Hermite series has no end`
    : `${expert.kind} experts`;
}
