import { gateOf } from '@softmoe/model/checks';
import { exp, ln } from '@softmoe/model/linalg';
import { scalarNormals } from '@softmoe/teacher';
import * as z from 'zod';
import { dottedField } from './fields.ts';
import { wholeFields } from './whole-fields.ts';

/** More values than that are a mistake. */
export const MAX_RUNS = 1_000_000;

const spacing = z
  .enum(['linear', 'log'])
  .default('linear')
  .describe('distances alike, or ratios: then both ends must be above 0');

const wholeNumbers = z
  .strictObject({
    from: z.int().describe('first value'),
    to: z.int().describe('last value, included'),
    step: z.int().min(1).default(1).describe('distance between values'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be below from' });

const ends = {
  from: z.number().describe('least value'),
  to: z.number().describe('largest value, included'),
  spacing,
};

type Ends = z.output<z.ZodObject<typeof ends>>;

const ascend = ({ from, to }: Ends): boolean => from < to;
const ascending = { path: ['to'], message: 'must be above from' };
const hasRatio = ({ from, spacing }: Ends): boolean => spacing === 'linear' || from > 0;
const ofRatios = { path: ['from'], message: 'must be above 0 where spacing is log' };

const spaced = z
  .strictObject({ ...ends, count: z.int().min(2).max(MAX_RUNS).describe('how many values') })
  .refine(ascend, ascending)
  .refine(hasRatio, ofRatios);

const drawn = z.strictObject(ends).refine(ascend, ascending).refine(hasRatio, ofRatios);

const values = z.array(z.unknown()).min(1);

/** Values of one field of a sweep's grid: all of them, whole numbers by `step`, or `count` numbers from `from` to `to`. */
export const axisSchema = z.union([values, wholeNumbers, spaced]);

/** Fields of a sweep that are drawn: `count` times one value of each. */
export const drawsSchema = z.strictObject({
  count: z.int().min(1).max(MAX_RUNS).describe('how many times'),
  seed: z.int().min(0).default(0).describe('of the draws; more of them begin with the same ones'),
  fields: z
    .record(dottedField, z.union([values, drawn]))
    .describe(
      'what to draw by dotted field: one of the values of an array, or a number from "from" to "to", such as { "from": 1e-4, "to": 0.1, "spacing": "log" }',
    ),
});

type Axis = z.output<typeof axisSchema>;
type Draws = z.output<typeof drawsSchema>;

/** The values of an axis in order; of whole-number fields such as `students` the numbers are rounded. */
export function valuesOf(axis: Axis, field: string): readonly unknown[] {
  if (Array.isArray(axis)) return axis;
  if ('count' in axis) {
    const last = axis.count - 1;
    return Array.from({ length: axis.count }, (_, i) => numberAt(axis, i / last, field));
  }
  const { from, to, step } = axis;
  const count = Math.min(Math.floor((to - from) / step) + 1, MAX_RUNS + 1);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/**
 * The values of all drawn fields, one object a draw. Each field has a stream of its own, `sweep/FIELD`, so that neither more draws nor
 * other fields change what was drawn.
 */
export function drawsOf({ count, seed, fields }: Draws): Record<string, unknown>[] {
  const draws: Record<string, unknown>[] = Array.from({ length: count }, () => ({}));
  for (const [field, axis] of Object.entries(fields)) {
    const normals = scalarNormals({ seed, stream: `sweep/${field}`, step: 0, size: count });
    for (const [i, draw] of draws.entries()) {
      const share = gateOf('probit').value(normals[i] ?? 0);
      draw[field] = Array.isArray(axis)
        ? axis[Math.min(Math.floor(share * axis.length), axis.length - 1)]
        : numberAt(axis, share, field);
    }
  }
  return draws;
}

/** The number that lies at this share, in [0, 1], of the way between the ends, to six digits. */
function numberAt({ from, to, spacing }: Ends, share: number, field: string): number {
  if (share === 0) return from;
  if (share === 1) return to;
  const number =
    spacing === 'log' ? exp(ln(from) + share * (ln(to) - ln(from))) : from + share * (to - from);
  return wholeFields.has(field) ? Math.round(number) : Number(number.toPrecision(6));
}
