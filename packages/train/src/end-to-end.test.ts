import {
  type MoE,
  normaliseRows,
  parameterError,
  rowProducts,
  takeRows,
  toSpan,
} from '@softmoe/model';
import { populationObjective } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { collect } from '../fixtures/steppers.ts';
import {
  balancedFlow,
  dormandPrince,
  euler,
  integrate,
  loadState,
  plainFlow,
  saveState,
  train,
} from './index.ts';

const kind = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;
const size = { inputDim: 16, ...kind };
const geometry = { kind: 'orthonormal' } as const;
const teacher = createTeacher({ ...size, experts: 2, geometry, seed: 3 });
const student = createStudent({ ...size, experts: 6, amplitude: 1e-3, seed: 3 });
const follow = (of: MoE, method = dormandPrince()) =>
  integrate(balancedFlow, populationObjective(of), method);

it('a student of six finds the two experts and routers of its teacher, and pruned to two becomes it', async () => {
  const learn = train({
    model: student,
    teacher,
    stepper: follow(teacher),
    stop: { time: 150 },
    recordEveryTime: 1,
  });
  const { items, end } = await collect(learn);
  expect(end).toMatchObject({ reason: 'time', state: { time: 150 } });
  const last = items.at(-1)!;
  for (const x of [...last.alignment!.expert, ...last.alignment!.router]) {
    expect(x).toBeGreaterThan(0.95);
  }
  expect(last.loss).toBeLessThan(0.01 * items[0]!.loss);
  items.forEach(({ loss }, i) => {
    expect(loss).toBeLessThanOrEqual(items[Math.max(0, i - 1)]!.loss + 1e-12);
  });

  const units = last.alignment!.student;
  const { router, expert } = end.state.model.params;
  const pruned: MoE = {
    spec: { ...student.spec, experts: 2 },
    params: {
      router: takeRows(router!, units),
      expert: takeRows(expert!, units),
      amplitude: { shape: [2], data: Float64Array.of(1, 1) },
    },
  };
  const finish = train({
    model: pruned,
    teacher,
    stepper: integrate(plainFlow, populationObjective(teacher), euler({ fixedStep: 1 })),
    stop: { gradientNorm: 1e-15, steps: 3000 },
    recordEvery: 1000,
  });
  const done = await collect(finish);
  expect(parameterError(done.end.state.model, teacher)).toBeLessThan(1e-13);
});

it('runs the same in span coordinates: same steps, same losses, same overlaps', async () => {
  const wide = { ...size, inputDim: 40 };
  const teacher = createTeacher({ ...wide, experts: 2, geometry, seed: 3 });
  const student = createStudent({ ...wide, experts: 6, amplitude: 1e-3, seed: 3 });
  const span = toSpan(student, teacher);
  expect(span.student.spec.inputDim).toBe(16);
  const run = (model: MoE, of: MoE) =>
    collect(train({ model, teacher: of, stepper: follow(of), stop: { time: 20 } }));
  const full = await run(student, teacher);
  const reduced = await run(span.student, span.teacher);
  expect(reduced.items).toHaveLength(full.items.length);
  full.items.forEach(({ time, loss, overlaps }, i) => {
    const other = reduced.items[i]!;
    expect(other.time).toBeCloseTo(time, 8);
    expect(other.loss).toBeCloseTo(loss, 10);
    overlaps!.expert.data.forEach((x, p) => {
      expect(other.overlaps!.expert.data[p]).toBeCloseTo(x, 8);
    });
  });
  const lifted = span.lift(reduced.end.state.model);
  const products = rowProducts(
    normaliseRows(lifted.params.expert!),
    full.end.state.model.params.expert!,
  );
  for (let i = 0; i < 6; i++) expect(products.data[i * 6 + i]).toBeCloseTo(1, 12);
});

it('goes on from a file as if it had never stopped', async () => {
  const run = (options: { steps: number; resume?: ReturnType<typeof loadState> }) => {
    const { steps, resume } = options;
    const common = { teacher, stepper: follow(teacher), stop: { steps } };
    return collect(train(resume ? { ...common, resume } : { ...common, model: student }));
  };
  const whole = await run({ steps: 40 });
  const half = await run({ steps: 17 });
  const rest = await run({ steps: 40, resume: loadState(saveState(half.end.state)) });
  expect(rest.end).toEqual(whole.end);
  expect([...half.items, ...rest.items]).toEqual(whole.items);
});
