import { createMoE, type MoE, SoftmoeError, UnknownNameError, ValueError } from '@softmoe/model';
import { type GateName, gateNames } from '@softmoe/model/checks';
import { rowProducts } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../fixtures/stream.json' with { type: 'json' };
import { createTeacher, type Geometry, type TeacherOptions } from './teachers.ts';

const base: TeacherOptions = {
  inputDim: 12,
  experts: 4,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  geometry: { kind: 'orthonormal' },
  seed: 1,
};

const geometries: fc.Arbitrary<Geometry> = fc.oneof(
  fc.constant<Geometry>({ kind: 'orthonormal' }),
  fc.constant<Geometry>({ kind: 'random-unit' }),
  fc
    .double({ min: -0.999999, max: 0.999999, noNaN: true })
    .map((overlap): Geometry => ({ kind: 'correlated', overlap })),
);

/** Valid options of every geometry; overlaps are scaled into what the number of experts allows. */
const optionsArbitrary: fc.Arbitrary<TeacherOptions> = fc
  .record({
    experts: fc.integer({ min: 1, max: 8 }),
    more: fc.nat(40),
    gate: fc.constantFrom<GateName>(...gateNames),
    degree: fc.integer({ min: 1, max: 6 }),
    geometry: geometries,
    seed: fc.maxSafeNat(),
    amplitudeSpread: fc.double({ min: 1, max: 100, noNaN: true }),
  })
  .map(({ experts, more, gate, degree, geometry, seed, amplitudeSpread }) => ({
    inputDim: 2 * experts + more,
    experts,
    gate,
    expert: { kind: 'hermite', degree },
    geometry:
      geometry.kind === 'correlated' && geometry.overlap < 0
        ? { ...geometry, overlap: geometry.overlap / Math.max(experts - 1, 1) }
        : geometry,
    seed,
    amplitudeSpread,
  }));

type Direction = 'router' | 'expert';

function gram(a: MoE, first: Direction, b: MoE, second: Direction): number[][] {
  const { shape, data } = rowProducts(a.params[first], b.params[second]);
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) => [...data.slice(i * columns, (i + 1) * columns)]);
}

function expectGram(actual: number[][], expected: (i: number, j: number) => number): void {
  actual.forEach((values, i) => {
    values.forEach((value, j) => {
      expect(Math.abs(value - expected(i, j)), `entry ${i}, ${j}`).toBeLessThan(1e-13);
    });
  });
}

const identity = (i: number, j: number) => (i === j ? 1 : 0);

describe('a created teacher', () => {
  it('has the Gram matrices that its geometry promises, and unit rows to 1e-12', () => {
    fc.assert(
      fc.property(optionsArbitrary, (options) => {
        const teacher = createTeacher(options);
        const { geometry } = options;
        const routers = gram(teacher, 'router', teacher, 'router');
        const experts = gram(teacher, 'expert', teacher, 'expert');
        for (const values of [routers, experts]) {
          values.forEach((line, i) => {
            expect(Math.abs(line[i]! - 1)).toBeLessThan(1e-12);
          });
        }
        if (geometry.kind === 'random-unit') return;
        const c = geometry.kind === 'correlated' ? geometry.overlap : 0;
        expectGram(routers, identity);
        expectGram(gram(teacher, 'router', teacher, 'expert'), () => 0);
        expectGram(experts, (i, j) => (i === j ? 1 : c));
      }),
    );
  });

  it('has the same bits for the same options and others for another seed', () => {
    fc.assert(
      fc.property(optionsArbitrary, (options) => {
        const teacher = createTeacher(options);
        expect(createTeacher({ ...options })).toEqual(teacher);
        const other = createTeacher({ ...options, seed: (options.seed + 1) % 2 ** 53 });
        expect(other.params.router).not.toEqual(teacher.params.router);
        expect(other.params.expert).not.toEqual(teacher.params.expert);
      }),
    );
  });

  it('is the frame that fixtures/stream.py computes in 50 digits', () => {
    const { inputDim, experts, seed } = golden.teacher;
    const teacher = createTeacher({ ...base, inputDim, experts, seed });
    for (const name of ['router', 'expert'] as const) {
      golden.teacher[name].flat().forEach((value, i) => {
        expect(Math.abs(teacher.params[name].data[i]! - value), `${name} ${i}`).toBeLessThan(1e-14);
      });
    }
  });

  it('is the orthonormal one, bit for bit, when correlated with overlap 0', () => {
    const flat = createTeacher({ ...base, geometry: { kind: 'correlated', overlap: 0 } });
    expect(flat).toEqual(createTeacher(base));
  });

  it('correlates no router with an expert, and no two units, when directions are independent', () => {
    const options = {
      ...base,
      inputDim: 400,
      experts: 40,
      geometry: { kind: 'random-unit' },
    } as const;
    const teacher = createTeacher(options);
    for (const [a, b] of [
      ['router', 'router'],
      ['router', 'expert'],
      ['expert', 'expert'],
    ] as const) {
      const overlaps = gram(teacher, a, teacher, b)
        .flatMap((line, i) => line.filter((_, j) => (a === b ? j < i : true)))
        .map((x) => x * 20);
      const meanSquare = overlaps.reduce((sum, x) => sum + x * x, 0) / overlaps.length;
      expect(Math.abs(meanSquare - 1)).toBeLessThan(4 * Math.sqrt(2 / overlaps.length));
      expect(Math.max(...overlaps.map(Math.abs))).toBeLessThan(4.5);
    }
  });

  it('may have a single expert', () => {
    for (const geometry of [
      { kind: 'orthonormal' },
      { kind: 'random-unit' },
      { kind: 'correlated', overlap: 0.5 },
      { kind: 'correlated', overlap: -0.9 },
    ] as const) {
      const teacher = createTeacher({
        ...base,
        inputDim: 2,
        experts: 1,
        geometry,
        amplitudeSpread: 5,
      });
      expect([...teacher.params.amplitude.data]).toEqual([1]);
      expectGram(gram(teacher, 'expert', teacher, 'expert'), identity);
    }
    const line = createTeacher({
      ...base,
      inputDim: 1,
      experts: 1,
      geometry: { kind: 'random-unit' },
    });
    expect(Math.abs(line.params.router.data[0]!)).toBe(1);
  });

  it('fills the space when inputDim = 2·experts', () => {
    const teacher = createTeacher({ ...base, inputDim: 8 });
    expectGram(gram(teacher, 'router', teacher, 'router'), identity);
    expectGram(gram(teacher, 'router', teacher, 'expert'), () => 0);
  });
});

describe('amplitudes of a teacher', () => {
  const amplitudes = (experts: number, amplitudeSpread?: number) => [
    ...createTeacher({
      ...base,
      experts,
      ...(amplitudeSpread === undefined ? {} : { amplitudeSpread }),
    }).params.amplitude.data,
  ];

  it('are 1 by default and for spread 1', () => {
    expect(amplitudes(4)).toEqual([1, 1, 1, 1]);
    expect(amplitudes(3, 1)).toEqual([1, 1, 1]);
  });

  it('fall from 1 to 1/s in equal ratios', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (k, spread) => {
          const values = amplitudes(k, spread);
          expect(values[0]).toBe(1);
          expect(values[k - 1]).toBe(1 / spread);
          values.forEach((value, j) => {
            const expected = spread ** (-j / (k - 1));
            expect(Math.abs(value / expected - 1)).toBeLessThan(1e-14);
          });
        },
      ),
    );
  });
});

describe('routers of a teacher that may have any length', () => {
  const gate = { name: 'sigmoid', norm: 'free' } as const;

  it('have the length that is asked for, and the directions of unit routers', () => {
    const unit = createTeacher(base).params;
    const { router, expert } = createTeacher({ ...base, gate, routerNorm: 2 }).params;
    expect(router.data).toEqual(unit.router.data.map((x) => 2 * x));
    expect(expert).toEqual(unit.expert);
    expect(createTeacher({ ...base, gate }).params).toEqual(unit);
  });

  it('are asked for where they may have any', () => {
    expect(() => createTeacher({ ...base, routerNorm: 2 })).toThrow(
      expect.objectContaining({ name: 'ValueError', field: 'routerNorm', value: 2 }),
    );
  });
});

describe('softmax routing of a teacher', () => {
  const { gate, ...rest } = base;

  it('keeps the directions and amplitudes, with zero biases and with or without a gate', () => {
    const independent = createTeacher({ ...base, amplitudeSpread: 3 });
    const teacher = createTeacher({ ...rest, routing: 'softmax', amplitudeSpread: 3 });
    const routerBias = { shape: [4], data: new Float64Array(4) };
    expect(teacher.params).toEqual({ ...independent.params, routerBias });
    const { gate: _, ...spec } = independent.spec;
    expect(teacher.spec).toEqual({ ...spec, routing: 'softmax' });
    const gated = createTeacher({ ...base, routing: 'softmax' });
    expect(gated.spec.gate).toBe(gate);
    expect(() => createMoE(teacher.spec, teacher.params)).not.toThrow();
  });

  it('is not the default, and other routing is refused', () => {
    expect(createTeacher({ ...base, routing: 'independent' })).toEqual(createTeacher(base));
    const other: TeacherOptions = JSON.parse(JSON.stringify({ ...base, routing: 'top-1' }));
    expect(() => createTeacher(other)).toThrow(/^spec.routing: /);
  });
});

describe('createTeacher', () => {
  const refuse = (options: Partial<TeacherOptions>) => {
    try {
      createTeacher({ ...base, ...options });
    } catch (error) {
      if (error instanceof SoftmoeError) return error;
      throw error;
    }
    throw new Error('was accepted');
  };

  it('names inputDim, the numbers and the remedy when 2k directions do not fit', () => {
    for (const geometry of [
      { kind: 'orthonormal' },
      { kind: 'correlated', overlap: 0.1 },
    ] as const) {
      const error = refuse({ inputDim: 7, geometry });
      expect(error).toBeInstanceOf(ValueError);
      expect(error).toMatchObject({ field: 'inputDim', value: 7 });
      expect(error.message).toContain('2·experts = 8');
      expect(error.remedy).toBe("Use inputDim ≥ 8, at most 3 experts, or geometry 'random-unit'.");
    }
    expect(refuse({ inputDim: 1, experts: 1 }).remedy).not.toContain('at most');
  });

  it.each([1, -1 / 3, -0.5, 2, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses overlap %d of 4 experts',
    (overlap) => {
      const error = refuse({ geometry: { kind: 'correlated', overlap } });
      expect(error).toBeInstanceOf(ValueError);
      expect(error).toMatchObject({ field: 'geometry.overlap', value: overlap });
    },
  );

  it.each<[string, Partial<TeacherOptions>]>([
    ['seed', { seed: -1 }],
    ['amplitudeSpread', { amplitudeSpread: 0.5 }],
    ['amplitudeSpread', { amplitudeSpread: Number.NaN }],
    ['routerNorm', { routerNorm: 0, gate: { name: 'tanh', norm: 'free' } }],
    ['spec.inputDim', { inputDim: 0 }],
    ['spec.experts', { experts: 1.5 }],
    ['spec.expert.degree', { expert: { kind: 'hermite', degree: 0 } }],
    ['shape', { geometry: { kind: 'random-unit' }, inputDim: 2 ** 50 }],
  ])('refuses a bad %s', (field, options) => {
    expect(refuse(options)).toMatchObject({ field });
  });

  it('refuses an unknown geometry', () => {
    const error = refuse({ geometry: JSON.parse('{"kind":"spiral"}') });
    expect(error).toBeInstanceOf(UnknownNameError);
    expect(error).toMatchObject({ field: 'geometry.kind', value: 'spiral' });
  });

  it('gives models that createMoE accepts', () => {
    const { spec, params } = createTeacher(base);
    expect(() => createMoE(spec, params)).not.toThrow();
  });
});
