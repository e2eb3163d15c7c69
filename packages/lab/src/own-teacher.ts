import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { freeRouters, loadMoE, type MoE, type MoESpec, saveMoE, ValueError } from '@softmoe/model';
import { hasOwnGates, namedExpert, requireModel, together } from '@softmoe/model/checks';
import type { Config, ConfigInput } from './config-schema.ts';
import { ConfigError } from './errors.ts';
import { configWithParts, gateFields, moduleIn, ownPartsIn } from './own-parts.ts';

/** Students for each teacher expert where nothing says how many. */
const STUDENTS_PER_TEACHER = 5;

/**
 * `input` with what a teacher of the user's own determines: dimension, number, gate, expert and routing of its units, a geometry
 * `given`, its amplitudes and its digest, the SHA-256 of the file that `saveMoE` writes of it. Unless told there are five students
 * for each of its experts. Throws {@link ConfigError} about each field of `input` that says otherwise, and a typed error for a model
 * that cannot teach: of routing that is an object, in the coordinates of a frame, or with an amplitude of 0.
 */
export function configWithTeacher(teacher: MoE, input: ConfigInput = {}): ConfigInput {
  requireModel('teacher', teacher);
  requireAmplitudes(teacher);
  const { teacher: pinned, ...facts } = factsOf(atNormOf(input, teacher));
  const mistake = together([
    ...contradictions(input.routerNorm === 'unit' ? { ...input, routerNorm: 1 } : input, facts),
    ...contradictions(input.teacher, pinned),
  ]);
  if (mistake) throw mistake;
  const { routerNorm, ...others } = facts;
  return {
    students: STUDENTS_PER_TEACHER * facts.teachers,
    ...input,
    ...others,
    ...(routerNorm === undefined || routerNorm === 1 ? {} : { routerNorm }),
    ...withModules(input, facts),
    teacher: { ...input.teacher, ...pinned },
  };
}

/** `teacher` with routers that have their lengths where a config says that they are free to have any; as it is elsewhere. */
export function atNormOf({ routerNorm }: Pick<ConfigInput, 'routerNorm'>, teacher: MoE): MoE {
  const free = routerNorm === 'free' && hasOwnGates(teacher.spec.routing);
  return free ? freeRouters(teacher) : teacher;
}

/** The parts of the user's own with the modules that `input` has for them. */
function withModules(input: ConfigInput, { gate, expert }: Pick<ConfigInput, 'gate' | 'expert'>) {
  return {
    ...(typeof gate === 'object' ? { gate: { ...moduleIn(input.gate), ...gate } } : {}),
    ...(expert?.kind === 'own' ? { expert: { ...moduleIn(input.expert), ...expert } } : {}),
  };
}

/** `teacher`, docs/theory.md (2) or (5), as every experiment on it has it: names and arrays in one order, in memory of its own. */
export function ownTeacher(teacher: MoE): MoE {
  return loadMoE(fileOf(teacher), undefined, ownPartsIn(teacher.spec));
}

/**
 * Throws {@link ConfigError} unless a config that pins a teacher has that one beside it, and one that says how to draw its teacher
 * has none.
 */
export function requirePinned({ teacher: pinned }: Config, teacher: MoE | undefined): void {
  const field = 'teacher';
  if (!pinned && teacher) {
    throw new ConfigError('is given, and the config describes one to be drawn', {
      field,
      value: `a model of ${teacher.spec.experts} experts`,
      remedy: 'Leave it out, or start an experiment on it with createExperiment.',
    });
  }
  if (!pinned) return;
  if (!teacher) {
    const remedy = 'Give it: createExperiment(config, { teacher }).';
    const value = pinned.file ?? pinned.sha256;
    throw new ConfigError('must be given beside the config, which only names it', {
      field,
      value,
      remedy,
    });
  }
  const found = digestOf(teacher);
  if (found !== pinned.sha256) throw otherTeacher(found, pinned.sha256);
}

function otherTeacher(found: string, pinned: string): ConfigError {
  return new ConfigError(`must be that of the teacher given, ${found}`, {
    field: 'teacher.sha256',
    value: pinned,
    remedy:
      'Give the teacher that the config was made for, or leave the digest out to take this one.',
  });
}

function factsOf(teacher: MoE) {
  const { inputDim, experts, routing } = teacher.spec;
  const expert = namedExpert(teacher.spec.expert);
  const { config: own } = configWithParts({ expert }, ownPartsIn(teacher.spec));
  const amplitudes = Array.from(teacher.params.amplitude.data);
  const sizes = amplitudes.map(Math.abs);
  return {
    inputDim,
    teachers: experts,
    routing,
    ...gateFields(teacher.spec),
    ...(own.gate ? { gate: own.gate } : {}),
    expert: own.expert ?? (structuredClone(ordered(expert)) as NonNullable<ConfigInput['expert']>),
    geometry: { kind: 'given' as const },
    amplitudeSpread: Math.max(...sizes) / Math.min(...sizes),
    teacher: { sha256: digestOf(teacher), amplitudes },
  };
}

/** The fields that `input` has otherwise than the teacher. */
function* contradictions(input: unknown, facts: object): Generator<ConfigError> {
  for (const [name, fact] of Object.entries(facts)) {
    const value: unknown = Object(input)[name];
    if (value === undefined || textOf(value) === textOf(fact) || isNamed(value, fact)) continue;
    if (name === 'sha256') yield otherTeacher(fact, String(value));
    else if (name === 'geometry' || name === 'amplitudeSpread') {
      const problem = 'says how to draw a teacher, and one is given';
      yield new ConfigError(problem, { field: name, value, remedy: 'Leave it out.' });
    } else {
      const field = name === 'amplitudes' ? 'teacher.amplitudes' : name;
      yield new ConfigError(`must be that of the teacher given, ${textOf(fact)}`, {
        field,
        value,
        remedy: 'Leave it out, or give another teacher.',
      });
    }
  }
}

/** Whether a config names the gate or the expert of the user's own that a teacher has. */
function isNamed(value: unknown, fact: unknown): boolean {
  const name: unknown = Object(fact).name;
  return name !== undefined && Object(value).name === name;
}

/** An amplitude of 0 is that of no unit: neither recovery nor certificate could speak of it. */
function requireAmplitudes({ params }: MoE): void {
  for (const [j, value] of params.amplitude.data.entries()) {
    if (value !== 0) continue;
    throw new ValueError('must not be 0: the function has no such unit', {
      field: `teacher.amplitude[${j}]`,
      value,
      remedy: 'Leave the unit out of all arrays.',
    });
  }
}

function digestOf(teacher: MoE): string {
  return bytesToHex(sha256(fileOf(teacher)));
}

/** The file of a teacher, equal for equal ones: a spec without what has no meaning, its fields in one order. */
function fileOf({ spec, params }: MoE): Uint8Array<ArrayBuffer> {
  const { inputDim, experts, gate, expert, routing, frame } = spec;
  const { router, expert: experts_, amplitude, routerBias } = params;
  return saveMoE({
    spec: {
      inputDim,
      experts,
      ...(hasOwnGates(routing) ? { gate } : {}),
      expert: ordered(expert),
      routing,
      ...(frame === undefined ? {} : { frame }),
    } as MoESpec,
    params: { router, expert: experts_, amplitude, ...(routerBias ? { routerBias } : {}) },
  });
}

/** An expert's spec with its kind first; an object of the user's own as it is. */
function ordered(expert: MoESpec['expert']): MoESpec['expert'] {
  if ('value' in expert) return expert;
  const { kind, ...constants } = expert;
  return { kind, ...constants } as MoESpec['expert'];
}

/** A value as text that does not depend on the order of fields. */
function textOf(value: unknown): string {
  const { kind, ...rest } = Object(value);
  return JSON.stringify(kind === undefined ? value : { kind, ...rest });
}
