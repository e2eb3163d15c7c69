import type { Draw, MoE } from '@softmoe/model';
import { lossAndMoments } from '@softmoe/model/linalg';
import type { Backend, LossAndGradient } from '../backend.ts';
import { createReferenceBackend } from '../reference.ts';
import { type Draws, spanStep } from '../span-step.ts';
import { checkMoments, checkResult } from './agreement.ts';
import { type ConformanceCase, conformanceCase } from './case.ts';
import { demandRefusal, demandSame } from './contract.ts';
import { batch, type ModelOptions, model, sharedRoutings } from './problems.ts';

const base: Draw = { seed: 1, stream: 'train', step: 0, size: 70 };

/**
 * The step drawn in the span, of the backend itself or of its moments, against that of the float64 reference: not in law
 * but number for number.
 */
export function spanCases(draws: Draws): ConformanceCase[] {
  const reference = createReferenceBackend();
  const stepOf = async (
    backend: Backend,
    student: MoE,
    teacher: MoE,
    draw: Draw,
  ): Promise<LossAndGradient | undefined> => {
    if (backend.spanStep) return backend.spanStep(student, teacher, draw);
    return backend.lossAndMoments && spanStep(backend, student, teacher, draw, draws);
  };
  const check = async (backend: Backend, student: MoE, teacher: MoE, draw: Draw) => {
    const result = await stepOf(backend, student, teacher, draw);
    if (!result) return;
    const expected = await spanStep(reference, student, teacher, draw, draws);
    const { inputDim, experts } = student.spec;
    const field = `spanStep (d ${inputDim}, m ${experts}, ${JSON.stringify(draw)})`;
    checkResult(backend, field, student, result, expected);
  };
  const pair = (inputDim: number, options: Partial<ModelOptions> = {}): [MoE, MoE] => [
    model({ inputDim, experts: 5, salt: 2, ...options }),
    model({ inputDim, experts: 2, salt: 3 }),
  ];
  const [student, teacher] = pair(30);

  const cases = [
    conformanceCase('any size of batch, fewer than the logits among them', async (backend) => {
      for (const size of [1, 3, 9, 63, 64, 65, 200]) {
        await check(backend, student, teacher, { ...base, size });
      }
    }),
    conformanceCase('any number of dimensions, with and without an outside', async (backend) => {
      for (const inputDim of [1, 3, 8, 13, 14, 15, 17, 65, 80]) {
        await check(backend, ...pair(inputDim), base);
      }
    }),
    conformanceCase('any number of units', async (backend) => {
      for (const experts of [1, 2, 3, 4, 9, 17]) {
        await check(backend, ...pair(75, { experts }), base);
      }
    }),
    conformanceCase('any seed, stream and step', async (backend) => {
      for (const change of [{ seed: 2 ** 32 + 5 }, { stream: 'finetune' }, { step: 12_345 }]) {
        await check(backend, student, teacher, { ...base, ...change });
      }
    }),
    conformanceCase('label noise', async (backend) => {
      for (const noise of [0, 0.3, 5]) await check(backend, student, teacher, { ...base, noise });
    }),
    conformanceCase('gates and experts of either kind', async (backend) => {
      const expert = { kind: 'series', coefficients: [0, 1, 0.5] } as const;
      const other = model({ inputDim: 30, experts: 3, gate: 'tanh', expert, salt: 4 });
      await check(backend, student, other, base);
      await check(backend, other, teacher, base);
    }),
    ...sharedRoutings.map((routing) =>
      conformanceCase(`${routing} routing of either`, async (backend) => {
        const sharing = model({ inputDim: 30, experts: 4, routing, salt: 5 });
        const sharingTeacher = model({ inputDim: 30, experts: 3, routing, salt: 6 });
        await check(backend, sharing, teacher, base);
        await check(backend, student, sharingTeacher, base);
        await check(backend, sharing, sharingTeacher, { ...base, size: 200, noise: 0.1 });
      }),
    ),
    conformanceCase(
      'a student that is its teacher, but for the arbitrary rest',
      async (backend) => {
        // Rows with nothing left but rounding may be turned anywhere, and what is not along the others with them.
        const draw = { ...base, noise: 1 };
        const result = await stepOf(backend, teacher, teacher, draw);
        if (!result) return;
        const { loss, gradient } = await spanStep(reference, teacher, teacher, draw, draws);
        const { router, expert } = result.gradient;
        const expected = { loss, gradient: { ...gradient, router, expert } };
        checkResult(backend, 'spanStep (student = teacher)', teacher, result, expected);
      },
    ),
    conformanceCase('moments of the derivatives by the logits', async (backend) => {
      const sharing = sharedRoutings.map((routing) => model({ inputDim: 7, experts: 3, routing }));
      for (const one of [student, ...sharing]) {
        for (const size of [1, 70, 200]) {
          const points = batch(one, size);
          const found = await backend.lossAndMoments?.(one, points);
          if (!found) return;
          const expected = lossAndMoments(one, points.inputs, points.targets, size);
          checkResult(backend, `lossAndMoments (size ${size})`, one, found, expected);
          checkMoments(backend, `lossAndMoments (size ${size})`, found.moments, expected.moments);
        }
      }
    }),
    conformanceCase('the same bits for the same draw', async (backend) => {
      const step = async (draw: Draw) => {
        const result = await stepOf(backend, student, teacher, draw);
        const arrays = Object.values(result?.gradient ?? {}).map(({ data }) => data);
        return [Float64Array.of(result?.loss ?? 0), ...arrays];
      };
      const before = await step(base);
      await step({ ...base, step: 1, size: 200 });
      demandSame('repeat', await step(base), before, 'Keep no state from one draw to the next.');
    }),
    conformanceCase('refuses a bad draw, and recovers', async (backend) => {
      if (!backend.spanStep && !backend.lossAndMoments) return;
      const bad: Partial<Draw>[] = [
        { size: 0 },
        { seed: -1 },
        { step: 2 ** 32 },
        { stream: '' },
        { noise: NaN },
      ];
      for (const change of bad) {
        await demandRefusal(undefined, () =>
          stepOf(backend, student, teacher, { ...base, ...change }),
        );
      }
      const [, wider] = pair(31);
      await demandRefusal(undefined, () => stepOf(backend, student, wider, base));
      await check(backend, student, teacher, base);
    }),
  ];
  return cases.map((rule) => ({ ...rule, name: `spanStep: ${rule.name}`, needs: 'spanStep' }));
}
