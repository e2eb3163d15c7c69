import type { Draw, MoE, Points } from '@softmoe/model';
import type { Backend } from '../backend.ts';
import { checkLossAndGradient } from './agreement.ts';
import { type ConformanceCase, conformanceCase } from './case.ts';
import { demandRefusal, demandSame } from './contract.ts';
import { model, sharedRoutings } from './problems.ts';

/** The batch that a draw stands for: `sampleBatch` of `@softmoe/teacher`. */
export type DrawBatch = (teacher: MoE, draw: Draw) => Points;

const base: Draw = { seed: 1, stream: 'train', step: 0, size: 70 };

/** `onlineStep` against drawing, labelling and differentiating one after the other. */
export function onlineCases(drawBatch: DrawBatch): ConformanceCase[] {
  const check = async (backend: Backend, student: MoE, teacher: MoE, draw: Draw) => {
    const result = await backend.onlineStep?.(student, teacher, draw);
    if (!result) return;
    const field = `onlineStep (${JSON.stringify(draw)})`;
    checkLossAndGradient(backend, field, student, drawBatch(teacher, draw), result);
  };
  const pair = (inputDim: number): [MoE, MoE] => [
    model({ inputDim, experts: 5, salt: 2 }),
    model({ inputDim, experts: 2, salt: 3 }),
  ];
  const [student, teacher] = pair(12);

  const cases = [
    conformanceCase('any size of batch', async (backend) => {
      for (const size of [1, 3, 63, 64, 65, 200]) {
        await check(backend, student, teacher, { ...base, size });
      }
    }),
    conformanceCase('any number of dimensions', async (backend) => {
      for (const inputDim of [1, 3, 7, 8, 9, 17, 65]) {
        await check(backend, ...pair(inputDim), base);
      }
    }),
    conformanceCase('any seed, stream and step', async (backend) => {
      for (const seed of [0, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
        await check(backend, student, teacher, { ...base, seed });
      }
      for (const stream of ['validation', 'Zufällig 𝄞']) {
        await check(backend, student, teacher, { ...base, stream });
      }
      for (const step of [1, 12_345, 2 ** 32 - 1]) {
        await check(backend, student, teacher, { ...base, step });
      }
    }),
    conformanceCase('label noise', async (backend) => {
      for (const noise of [0, 0.3, 5]) await check(backend, student, teacher, { ...base, noise });
    }),
    conformanceCase('a teacher with a gate and an expert of its own', async (backend) => {
      const expert = { kind: 'series', coefficients: [0, 1, 0.5] } as const;
      const other = model({ inputDim: 12, experts: 7, gate: 'tanh', expert, salt: 4 });
      await check(backend, student, other, base);
      await check(backend, other, student, base);
    }),
    ...sharedRoutings.map((routing) =>
      conformanceCase(`${routing} routing of either, and of both`, async (backend) => {
        const expert = { kind: 'gelu' } as const;
        const sharing = model({ inputDim: 12, experts: 5, routing, salt: 5 });
        const sharingTeacher = model({ inputDim: 12, experts: 3, routing, expert, salt: 6 });
        await check(backend, sharing, teacher, base);
        await check(backend, student, sharingTeacher, base);
        await check(backend, sharing, sharingTeacher, { ...base, size: 200, noise: 0.1 });
      }),
    ),
    conformanceCase('the same bits for the same draw', async (backend) => {
      const step = async (draw: Draw) => {
        const result = await backend.onlineStep?.(student, teacher, draw);
        const arrays = Object.values(result?.gradient ?? {}).map(({ data }) => data);
        return [Float64Array.of(result?.loss ?? 0), ...arrays];
      };
      const before = await step(base);
      await step({ ...base, step: 1, size: 200 });
      demandSame('repeat', await step(base), before, 'Keep no state from one draw to the next.');
    }),
    conformanceCase('refuses a bad draw, and recovers', async (backend) => {
      const bad: Partial<Draw>[] = [
        { size: 0 },
        { size: 1.5 },
        { seed: -1 },
        { seed: 2 ** 53 },
        { step: -1 },
        { step: 2 ** 32 },
        { stream: '' },
        { noise: -1 },
        { noise: NaN },
      ];
      for (const change of bad) {
        await refuses(backend, student, teacher, { ...base, ...change });
      }
      await refuses(backend, student, pair(13)[1], base);
      await check(backend, student, teacher, base);
    }),
  ];
  return cases.map((rule) => ({ ...rule, name: `onlineStep: ${rule.name}`, needs: 'onlineStep' }));
}

async function refuses(backend: Backend, student: MoE, teacher: MoE, draw: Draw): Promise<void> {
  if (!backend.onlineStep) return;
  await demandRefusal(
    undefined,
    () => backend.onlineStep?.(student, teacher, draw) ?? Promise.resolve(),
  );
}
