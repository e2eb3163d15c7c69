import { expect, it } from 'vitest';
import { plain, shared, wave } from '../test/batches.ts';
import {
  createMoE,
  type Expert,
  expertOf,
  forward,
  gateOf,
  lossAndGradient,
  type MoE,
  type MoESpec,
  parameterError,
  routingOf,
  saveMoE,
  UnsupportedError,
} from './index.ts';
import { outputGradients } from './linalg/index.ts';

const size = 70;
const x = wave(size * 5, 1.3);
const y = wave(size, 2.1);

/** The model with objects where its spec has names. */
function unnamed({ spec, params }: MoE): MoE {
  const objects: Record<keyof Pick<MoESpec, 'gate' | 'expert' | 'routing'>, unknown> = {
    gate: spec.gate && { ...gateOf(spec.gate), name: 'mine' },
    expert: { ...expertOf(spec.expert), name: 'mine' } satisfies Expert,
    routing: { ...routingOf(spec.routing), name: 'mine' },
  };
  return createMoE({ ...spec, ...objects } as MoESpec, params);
}

it.each([
  ['gates of their own', plain],
  ['shared gates', shared],
])('a model of objects without known names computes as one of names does: %s', (_, model) => {
  const other = unnamed(model);
  expect(forward(other, x, size)).toEqual(forward(model, x, size));
  expect(lossAndGradient(other, x, y, size)).toEqual(lossAndGradient(model, x, y, size));
  expect(outputGradients(other, x, size)).toEqual(outputGradients(model, x, size));
  expect(parameterError(other, other)).toBe(0);
});

it('a file refuses a model of objects, by the field that holds one', () => {
  const { spec, params } = unnamed(plain);
  for (const field of ['gate', 'expert', 'routing'] as const) {
    const one = { spec: { ...plain.spec, [field]: spec[field] } as MoESpec, params };
    expect(() => saveMoE(one)).toThrow(UnsupportedError);
    expect(() => saveMoE(one)).toThrow(expect.objectContaining({ field: `spec.${field}` }));
  }
});
