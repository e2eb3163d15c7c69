import { readFileSync } from 'node:fs';
import type { ExpertSpec } from '@softmoe/model';
import { expertOf, gateOf } from '@softmoe/model/checks';
import { describe, expect, it } from 'vitest';
import { Arena, partsOf, variants } from '../test/arena.ts';
import { expertPass, type Pass, passes } from './spec.ts';

// Element-wise functions against float64 at the same float32 numbers. README.md states the errors: its table is read here.

const COUNT = 1 << 16;
const memory = new WebAssembly.Memory({ initial: 1 });
const arena = new Arena(memory);
const z = arena.take(COUNT);
const slope = arena.take(COUNT);
const coefficients = arena.take(16);

const gate = 'sigmoid';
const shape = { inputDim: 1, experts: 1, gate, routing: 'independent' } as const;
const expertNamed = (name: string, expert: ExpertSpec) => ({
  name,
  truth: expertOf(expert),
  pass: expertPass({ ...shape, expert }, 'spec'),
});
const cases: readonly { name: string; truth: ScalarFunction; pass: Pass }[] = [
  ...(['sigmoid', 'probit'] as const).map((name) => ({
    name,
    truth: gateOf(name),
    pass: { pass: passes[name] },
  })),
  ...(['tanh', 'gelu', 'relu', 'linear'] as const).map((kind) => expertNamed(kind, { kind })),
  ...[2, 3, 4, 5, 6].map((degree) => expertNamed(`Hermite ${degree}`, { kind: 'hermite', degree })),
  expertNamed('series', {
    kind: 'series',
    coefficients: [0.3, -0.5, 0.2, 0.7, -0.1, 0.05, 0.2],
  }),
];

interface ScalarFunction {
  value(z: number): number;
  derivative(z: number): number;
}

interface Errors {
  /** Largest relative error where |truth| ≥ 0.1. */
  readonly relative: number;
  /** Largest error where |truth| < 0.1. */
  readonly absolute: number;
}

/** Below 0.1 an error of 1e-7 is more than a relative 1e-6, above it is less. */
function errorsOf(actual: Float32Array, truth: Float64Array): Errors {
  let relative = 0;
  let absolute = 0;
  truth.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    if (Number.isNaN(error)) relative = Infinity;
    else if (Math.abs(value) < 0.1) absolute = Math.max(absolute, error);
    else relative = Math.max(relative, error / Math.abs(value));
  });
  return { relative, absolute };
}

/** The rows of the accuracy table: name, then the errors of value and derivative. */
const table = new Map(
  readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && !Number.isNaN(Number(cells[2])))
    .map(([, name, ...cells]) => [name, cells.slice(0, 4).map(Number)] as const),
);

function expectStated(name: string, measured: readonly number[]): void {
  const stated = table.get(name);
  expect(stated, `README.md has a row for ${name}`).toBeDefined();
  measured.forEach((error, i) => {
    expect(error, `${name}, column ${i + 1}`).toBeLessThanOrEqual(stated![i]!);
    expect(stated![i]).toBeLessThanOrEqual(i % 2 === 0 ? 1e-6 : 1e-7);
  });
}

/** What float32 can tell of `truth`: it may overflow, and what is below its normal numbers may be 0. */
function expectRight(actual: number, truth: number, place: string): void {
  const rounded = Math.fround(truth);
  if (Number.isFinite(rounded)) {
    expect(Math.abs(actual - truth), place).toBeLessThanOrEqual(
      1e-6 * Math.max(Math.abs(truth), 0.1),
    );
    // Beside the limits 0 and 1 an error must not grow with the argument.
    if (Math.abs(truth) < 1e-30) expect(Math.abs(actual), place).toBeLessThanOrEqual(1e-30);
  } else {
    expect(actual, place).toBe(rounded);
  }
}

describe.each(variants)('%s', async (variant) => {
  const parts = await partsOf(variant, memory);

  function apply({ pass, coefficients: c }: Pass, inputs: Float32Array) {
    new Float32Array(memory.buffer, z, inputs.length).set(inputs);
    const at = Math.ceil(coefficients / 8) * 8;
    if (c) new Float64Array(memory.buffer, at, 7).set(c);
    parts.evaluate(pass, z, slope, 4 * inputs.length, at);
    return { values: arena.read(z, inputs.length), slopes: arena.read(slope, inputs.length) };
  }

  it.each(cases)('$name keeps to its errors on [−10, 10]', ({ name, truth, pass }) => {
    const inputs = Float32Array.from({ length: COUNT }, (_, i) => -10 + (20 * i) / (COUNT - 1));
    const { values, slopes } = apply(pass, inputs);
    const wide = Float64Array.from(inputs);
    const value = errorsOf(values, wide.map(truth.value));
    const derivative = errorsOf(slopes, wide.map(truth.derivative));
    expectStated(name, [value.relative, value.absolute, derivative.relative, derivative.absolute]);
  });

  it.each(cases)('$name is relatively exact at its zero at 0', ({ truth, pass }) => {
    const inputs = Float32Array.from({ length: 256 }, (_, i) => 2 ** -(2 + i / 8));
    if (truth.value(0) !== 0) return;
    const { values } = apply(pass, inputs);
    inputs.forEach((input, i) => {
      expect(Math.abs(values[i]! / truth.value(input) - 1)).toBeLessThan(5e-7);
    });
  });

  it.each(cases)('$name is right to both ends of float32, and passes NaN on', ({ truth, pass }) => {
    const ends = Float32Array.from(
      [0, 1e-38, 1e-3, 10, 14, 20, 40, 87.5, 88, 89, 104, 1e4, 1e10, 1e19, 1e37, 3e38].flatMap(
        (x) => [x, -x],
      ),
    );
    const { values, slopes } = apply(pass, Float32Array.from([...ends, NaN, NaN, NaN, NaN]));
    ends.forEach((x, i) => {
      expectRight(values[i]!, truth.value(x), `value at ${x}`);
      expectRight(slopes[i]!, truth.derivative(x), `derivative at ${x}`);
    });
    expect(values.at(-1)).toBeNaN();
    const kinked = pass.pass === passes.linear || pass.pass === passes.relu;
    expect(Number.isNaN(slopes.at(-1))).toBe(!kinked);
  });

  // A polynomial from degree 4 on overflows long before its logits do, and no number of it is right then, NaN or infinite.
  const short = cases.filter(({ pass }) => pass.pass !== passes.polynomial);
  it.each(short)('$name has its limits at infinite logits', ({ truth, pass }) => {
    const infinite = Float32Array.of(-Infinity, Infinity, -Infinity, Infinity);
    const { values, slopes } = apply(pass, infinite);
    infinite.forEach((x, i) => {
      expect(values[i]! + 0, `value at ${x}`).toBe(truth.value(x) + 0);
      expect(slopes[i]! + 0, `derivative at ${x}`).toBe(truth.derivative(x) + 0);
    });
  });

  it('softmax keeps to its error, for small and large logits', () => {
    for (const scale of [0.1, 1, 10, 100]) {
      const [units, rows] = [7, 64];
      const logits = Float32Array.from({ length: units * rows }, (_, i) => scale * Math.sin(i * i));
      const bias = Float32Array.from({ length: units }, (_, i) => Math.cos(i));
      new Float32Array(memory.buffer, z, logits.length).set(logits);
      new Float32Array(memory.buffer, coefficients, units).set(bias);
      parts.softmax(z, coefficients, units, rows, slope);
      const truth = new Float64Array(units * rows);
      for (let row = 0; row < rows; row++) {
        const sums = Array.from(bias, (b, i) => Math.fround(logits[i * rows + row]! + b));
        const most = Math.max(...sums);
        const total = sums.reduce((sum, x) => sum + Math.exp(x - most), 0);
        sums.forEach((x, i) => {
          truth[i * rows + row] = Math.exp(x - most) / total;
        });
      }
      const { relative, absolute } = errorsOf(arena.read(z, logits.length), truth);
      expectStated('softmax', [relative, absolute]);
    }
  });
});
