import { type MoE, normaliseRows, parameterError, toSpan } from '@softmoe/model';
import { rowProducts, takeRows } from '@softmoe/model/linalg';
import { populationObjective } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { collect } from '../fixtures/steppers.ts';
import {
  balancedFlow,
  dormandPrince,
  euler,
  finish,
  integrate,
  loadState,
  plainFlow,
  run,
  saveState,
  type TrainState,
} from './index.ts';

const kind = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;
const size = { inputDim: 16, ...kind };
const geometry = { kind: 'orthonormal' } as const;
const teacher = createTeacher({ ...size, experts: 2, geometry, seed: 3 });
const student = createStudent({ ...size, experts: 6, amplitude: 1e-3, seed: 3 });
const follow = (of: MoE, method = dormandPrince()) =>
  integrate(balancedFlow, populationObjective(of), method);

it('a student of six finds the two experts and routers of its teacher, and pruned to two becomes it', async () => {
  const learn = run(follow(teacher), {
    start: student,
    until: { time: 150 },
    record: { teacher, everyTime: 1 },
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
      router: takeRows(router, units),
      expert: takeRows(expert, units),
      amplitude: { shape: [2], data: Float64Array.of(1, 1) },
    },
  };
  const descent = integrate(plainFlow, populationObjective(teacher), euler({ fixedStep: 1 }));
  const { state } = await finish(
    run(descent, { start: pruned, until: { gradientNorm: 1e-15, steps: 3000 } }),
  );
  expect(parameterError(state.model, teacher)).toBeLessThan(1e-13);
});

it('training in span coordinates takes the same steps, to the same losses and overlaps', async () => {
  const wide = { ...size, inputDim: 40 };
  const teacher = createTeacher({ ...wide, experts: 2, geometry, seed: 3 });
  const student = createStudent({ ...wide, experts: 6, amplitude: 1e-3, seed: 3 });
  const span = toSpan(student, teacher);
  expect(span.student.spec.inputDim).toBe(16);
  const learn = (start: MoE, of: MoE) =>
    collect(run(follow(of), { start, until: { time: 20 }, record: { teacher: of } }));
  const full = await learn(student, teacher);
  const reduced = await learn(span.student, span.teacher);
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
    normaliseRows(lifted.params.expert),
    full.end.state.model.params.expert,
  );
  for (let i = 0; i < 6; i++) expect(products.data[i * 6 + i]).toBeCloseTo(1, 12);
});

it('a run goes on from a file as if it had never stopped', async () => {
  const learn = (start: MoE | TrainState, steps: number) =>
    collect(run(follow(teacher), { start, until: { steps }, record: { teacher } }));
  const whole = await learn(student, 40);
  const half = await learn(student, 17);
  const rest = await learn(loadState(saveState(half.end.state)), 40);
  expect(rest.end).toEqual(whole.end);
  expect([...half.items, ...rest.items]).toEqual(whole.items);
});
