import { expect } from 'vitest';
import { SoftmoeError } from '../src/index.ts';

/** Calls `action` and asserts what it throws: the class by name, the field, the value, and words of the remedy. */
export function expectError(
  action: () => unknown,
  name: string,
  field: string,
  value: unknown,
  remedy: RegExp,
): void {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SoftmoeError);
  expect(thrown).toMatchObject({ name, field });
  if (!(thrown instanceof SoftmoeError)) return;
  expect(thrown.value).toEqual(value);
  expect(thrown.remedy).toMatch(remedy);
  expect(thrown.message.startsWith(`${field}: ${thrown.problem} (got `)).toBe(true);
  expect(thrown.message.endsWith(`). ${thrown.remedy}`)).toBe(true);
}
