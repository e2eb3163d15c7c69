import { MAX_HERMITE_DEGREE } from '@softmoe/model/checks';
import * as z from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

/** A gate or an expert of the user's own: a module to load, and what is known of the one that was loaded. */
const ownPart = {
  module: z
    .string()
    .min(1)
    .exactOptional()
    .describe('a JavaScript module that exports it by default; it is code, and runs as such'),
  sha256: digest
    .exactOptional()
    .describe('SHA-256 of the module; filled in when it is read, checked where it is there'),
  name: z.string().min(1).exactOptional().describe('its name; filled in when it is loaded'),
  parity: z
    .enum(['odd', 'even', 'none'])
    .exactOptional()
    .describe('its symmetry; filled in when it is loaded'),
};

export const ownGate = z.strictObject({
  ...ownPart,
  exact: z
    .boolean()
    .exactOptional()
    .describe('whether it has exact expectations; filled in when it is loaded'),
  error: z
    .number()
    .min(0)
    .exactOptional()
    .describe('how well these are known, an estimate from above; filled in when it is loaded'),
});

export const routerNorm = z
  .union([z.number().gt(0), z.literal('free'), z.literal('unit').transform(() => 1)])
  .exactOptional()
  .describe(
    'length of the routers of teacher and student, of which the directions are learned: the gate is g(routerNorm·v·x), sharper above 1 ' +
      '(default: 1, or unit); free: the student learns the lengths too; for a gate that is built in',
  );

export const teacherRouterNorm = z
  .number()
  .gt(0)
  .exactOptional()
  .describe(
    "length of the teacher's routers where it is drawn and routerNorm is free, which the student starts to learn from length 1 " +
      '(default: 1)',
  );

/** Experts that softmoe has by name. */
const namedExperts = [
  z.strictObject({
    kind: z.literal('hermite'),
    degree: z.int().min(1).max(MAX_HERMITE_DEGREE),
  }),
  z.strictObject({
    kind: z.literal('series'),
    coefficients: z
      .array(z.number())
      .min(1)
      .max(MAX_HERMITE_DEGREE + 1),
  }),
  z.strictObject({ kind: z.literal('relu') }),
  z.strictObject({ kind: z.literal('tanh') }),
  z.strictObject({ kind: z.literal('gelu') }),
  z.strictObject({ kind: z.literal('linear') }),
] as const;

export const expert = z.discriminatedUnion('kind', [
  ...namedExperts,
  z.strictObject({
    kind: z.literal('own').optional(),
    ...ownPart,
    coefficients: z
      .array(z.number())
      .min(1)
      .max(MAX_HERMITE_DEGREE + 1)
      .exactOptional()
      .describe('those of its Hermite series, where that ends; filled in when it is loaded'),
  }),
]);

export const geometry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('orthonormal') }),
  z.strictObject({ kind: z.literal('random-unit') }),
  z.strictObject({ kind: z.literal('correlated'), overlap: z.number().gt(-1).lt(1) }),
  z.strictObject({ kind: z.literal('given') }),
]);

/** A teacher of the user's own: a file to read, and what pins the one that was read. */
export const ownTeacher = z.strictObject({
  file: z
    .string()
    .min(1)
    .exactOptional()
    .describe('a model (.safetensors), or the arrays router, expert and amplitude (.npz or .json)'),
  sha256: digest
    .exactOptional()
    .describe(
      'SHA-256 of its teacher.safetensors; filled in when the file is read, checked where it is there',
    ),
  amplitudes: z
    .array(z.number())
    .min(1)
    .exactOptional()
    .describe('amplitudes of its experts; filled in when the file is read'),
});
