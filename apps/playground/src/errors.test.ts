import { ValueError } from '@softmoe/model';
import { expect, it } from 'vitest';
import { reportOf } from './errors.ts';

const parts = { field: 'students', value: 0, remedy: 'Use at least 1.' };
const summary = 'students: must be above 0 (got 0).';

it.each([
  ['softmoe', new ValueError('must be above 0', parts)],
  ['kernels, of a class of their own,', Object.assign(new Error(), { ...parts, summary })],
])('a report of an error of %s keeps its remedy apart', (_, error) => {
  const { field, remedy } = parts;
  expect(reportOf(error)).toEqual({ message: summary, field, remedy });
});

it('a report of anything else is its message', () => {
  expect(reportOf(new TypeError('x is not a function'))).toEqual({
    message: 'x is not a function',
  });
  expect(reportOf('text')).toEqual({ message: 'text' });
});
