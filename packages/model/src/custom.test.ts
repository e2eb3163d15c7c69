import { expect, it } from 'vitest';
import { plain, shared, wave } from '../test/batches.ts';
import { expertOf, gateOf, routingOf } from './checks/index.ts';
import {
  createMoE,
  type Expert,
  forward,
  loadMoE,
  lossAndGradient,
  type MoE,
  type MoESpec,
  type OwnParts,
  parameterError,
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

it('a file refuses a model of routing that is an object', () => {
  const { spec, params } = unnamed(plain);
  const one = { spec: { ...plain.spec, routing: spec.routing } as MoESpec, params };
  expect(() => saveMoE(one)).toThrow(UnsupportedError);
  expect(() => saveMoE(one)).toThrow(expect.objectContaining({ field: 'spec.routing' }));
});

it('a file has what is built in by its name, also where a model has it as an object', () => {
  const { gate, expert } = plain.spec;
  const spec = { ...plain.spec, gate: gateOf(gate), expert: expertOf(expert) };
  expect(saveMoE({ ...plain, spec } as MoE)).toEqual(saveMoE(plain));
});

it.each(['gate', 'expert'] as const)(
  'a file names a %s of objects and loads with it alone',
  (field) => {
    const { spec, params } = unnamed(plain);
    const own = { [field]: spec[field] } as OwnParts;
    const bytes = saveMoE({ spec: { ...plain.spec, ...own } as MoESpec, params });
    const loaded = loadMoE(bytes, undefined, own);
    expect(loaded.spec[field]).toBe(spec[field]);
    expect(loaded.params).toEqual(plain.params);
    expect(() => loadMoE(bytes)).toThrow(
      new UnsupportedError(`is the user's own ${field} mine, which a file only names`, {
        field: `spec.${field}`,
        value: { own: 'mine' },
        remedy: `Give it with the file: loadMoE(bytes, undefined, { ${field} }), or --${field} with its module.`,
      }),
    );
    const other = { [field]: { ...(spec[field] as object), name: 'other' } } as OwnParts;
    expect(() => loadMoE(bytes, undefined, other)).toThrow(/and the one given is other/);
  },
);
