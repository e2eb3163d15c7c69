import { describe, expect, it } from 'vitest';
import { someModel } from '../../test/models.ts';
import { decodeMoE, encodeMoE } from '../checks/index.ts';
import {
  createMoE,
  loadMoE,
  type MoE,
  type NDArray,
  parameterError,
  retract,
  ShapeError,
  saveMoE,
  toSpan,
  ValueError,
} from '../index.ts';
import {
  addScaled,
  frameOf,
  identity,
  norm,
  normParams,
  row,
  rowProducts,
} from '../linalg/index.ts';

const distance = (a: MoE, b: MoE) => normParams(addScaled(a.params, -1, b.params));

/** A model whose rows span as many directions as they can. */
function scattered(experts: number, salt: number): MoE {
  const { spec, params } = someModel({ inputDim: 9, experts }, salt);
  const rows = ({ shape }: NDArray, phase: number) => ({
    shape,
    data: Float64Array.from({ length: 9 * experts }, (_, k) => Math.sin(salt + phase * k * k)),
  });
  return retract(spec, {
    ...params,
    router: rows(params.router, 1),
    expert: rows(params.expert, 2),
  });
}

const model = scattered(3, 1);
const other = scattered(2, 2);
const span = toSpan(model, other);

describe('a frame', () => {
  it('gives back what it lowers, and marks it on the way', () => {
    const lowered = span.lower(model);
    expect(lowered.spec).toEqual({ ...model.spec, inputDim: 9, frame: span.name });
    expect(distance(lowered, span.student)).toBeLessThan(1e-14);
    const lifted = span.lift(lowered);
    expect(lifted.spec).toEqual(model.spec);
    expect(distance(lifted, model)).toBeLessThan(1e-14);
  });

  it('of fewer directions than inputs keeps the part of a change that lies in it', () => {
    const narrow = toSpan(other, other);
    expect(narrow.basis.shape).toEqual([4, 9]);
    const inside = narrow.liftVector(narrow.lowerVector(model.params));
    const outside = addScaled(model.params, -1, inside);
    for (const name of ['router', 'expert'] as const) {
      for (const x of rowProducts(outside[name], narrow.basis).data) expect(x).toBeCloseTo(0, 14);
    }
    expect(normParams(outside)).toBeGreaterThan(0.1);
    expect(inside.amplitude).toBe(model.params.amplitude);
  });

  it('has the name of the same basis made again, and another for another basis', () => {
    expect(toSpan(model, other).name).toBe(span.name);
    expect(toSpan(other, model).name).not.toBe(span.name);
  });

  it('within a frame leads back to it', () => {
    const inner = toSpan(span.teacher, span.teacher);
    expect(inner.student.spec.inputDim).toBe(4);
    const back = inner.lift(inner.student);
    expect(back.spec).toEqual(span.teacher.spec);
    expect(distance(back, span.teacher)).toBeLessThan(1e-14);
  });
});

describe('models of different frames are told apart, of as many coordinates or not:', () => {
  // r = d: nothing but the mark tells them apart.
  const whole = frameOf(identity(9));
  const inside = whole.lower(model);
  const refused = (act: () => unknown, field: string) => {
    expect(act).toThrow(ShapeError);
    expect(act).toThrow(expect.objectContaining({ field }));
  };

  it('lowering what is lowered, lifting what is not, or by another frame', () => {
    refused(() => whole.lower(inside), 'model.spec.frame');
    refused(() => whole.lift(model), 'model.spec.frame');
    refused(() => span.lift(inside), 'model.spec.frame');
  });

  it('the span of both, and the parameter error between them', () => {
    refused(() => toSpan(inside, model), 'student.spec.frame');
    refused(() => parameterError(inside, model), 'student.spec.frame');
    refused(() => parameterError(model, inside), 'student.spec.frame');
    expect(parameterError(inside, whole.lower(model))).toBe(0);
  });

  it('a file of a model is of the inputs, that of a computation of any frame', () => {
    refused(() => saveMoE(inside), 'model.spec.frame');
    const bytes = encodeMoE(inside);
    refused(() => loadMoE(bytes), 'file.spec.frame');
    expect(decodeMoE(bytes)).toEqual(inside);
  });
});

it('createMoE refuses a frame that is no name', () => {
  for (const frame of [3, '', null, '-0', 'span']) {
    const spec = { ...model.spec, frame: frame as string };
    expect(() => createMoE(spec, model.params)).toThrow(ValueError);
    expect(() => createMoE(spec, model.params)).toThrow(/^spec\.frame/);
  }
});

it.each([1e-310, 1e-200, 1e200, 1e307])(
  'a span is orthonormal with free router rows of size %d',
  (size) => {
    const { spec, params } = someModel({ inputDim: 6, experts: 2, routing: 'softmax' });
    const data = params.router.data.map((x) => x * size);
    const free = createMoE(spec, { ...params, router: { shape: params.router.shape, data } });
    const { basis, student } = toSpan(free, free);
    const products = rowProducts(basis, basis);
    for (const [i, x] of products.data.entries()) {
      expect(x).toBeCloseTo(identity(basis.shape[0]!).data[i]!, 13);
    }
    const lengths = (array: NDArray) => [0, 1].map((i) => norm(row(array, i)) / size);
    for (const [i, length] of lengths(student.params.router).entries()) {
      expect(length).toBeCloseTo(lengths(free.params.router)[i]!, 9);
    }
  },
);
