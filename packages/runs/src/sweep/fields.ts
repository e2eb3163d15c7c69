import { SoftmoeError } from '@softmoe/model';
import * as z from 'zod';

/** Name of a field of a config as sweeps write it. A zod schema. */
export const dottedField = z
  .string()
  .regex(
    /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/,
    'must be a field of the config such as students or train.time',
  );

/** A sweep's definition, or a field of a run that it expands to, cannot be used; or a folder holds no sweep. */
export class SweepError extends SoftmoeError {
  override readonly name = 'SweepError';
}

/** Sets the value of a dotted field, making the objects on the way. Throws {@link SweepError} where one is no object. */
export function setField(target: Record<string, unknown>, field: string, value: unknown): void {
  const names = field.split('.');
  const last = names.pop()!;
  let object = target;
  for (const [depth, name] of names.entries()) {
    const next = object[name] ?? {};
    if (typeof next !== 'object' || Array.isArray(next)) {
      throw new SweepError('is no object, so that it has no fields to sweep over', {
        field: names.slice(0, depth + 1).join('.'),
        value: next,
        remedy: `Correct the field ${field} of the sweep, or the base.`,
      });
    }
    object[name] = next;
    object = next as Record<string, unknown>;
  }
  object[last] = structuredClone(value);
}

/** The value of a dotted field; undefined where there is none. */
export function getField(object: unknown, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], object);
}

/** All fields of an object that hold a plain value, dotted; arrays as JSON. */
export function flatten(object: object, prefix = ''): [field: string, value: unknown][] {
  return Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    const field = `${prefix}${name}`;
    if (Array.isArray(value)) return [[field, JSON.stringify(value)]];
    if (typeof value === 'object' && value !== null) return flatten(value, `${field}.`);
    return [[field, value]];
  });
}
